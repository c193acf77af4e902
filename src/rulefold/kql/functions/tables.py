"""Functions that name tables, and that say something of the query, its user and its rows' storage."""

from rulefold.kql.functions.table import Function

ROWS = (
    Function("cluster", "(name: string) -> special", "The cluster of a name."),
    Function("column_names_of", "(table: tabular) -> dynamic", "The names of the columns of a table, as an array."),
    Function("current_cluster_endpoint", "() -> string", "The endpoint of the cluster that runs the query."),
    Function("current_database", "() -> string", "The name of the database in scope."),
    Function("current_node_id", "() -> string", "The name of the node that runs the query."),
    Function("current_principal", "() -> string", "The identity that runs the query."),
    Function(
        "current_principal_details",
        "() -> dynamic",
        "What is known of the identity that runs the query, as a bag.",
    ),
    Function(
        "current_principal_is_member_of",
        "(group: string/array[1..64]) -> bool",
        "Whether the identity that runs the query belongs to one of some groups.",
    ),
    Function("cursor_after", "(cursor: string) -> bool", "Whether the row came in after a cursor."),
    Function("cursor_before_or_at", "(cursor: string) -> bool", "Whether the row came in before or at a cursor."),
    Function("cursor_current", "() -> string", "The cursor of the database at this time.", aliases=("current_cursor",)),
    Function("database", "(name: string?) -> special", "The database of a name."),
    Function("entity_group", "(name: string) -> special", "The group of databases and clusters of a name."),
    Function(
        "estimate_data_size",
        "(column: column scalar+) -> long; (column: star scalar) -> long",
        "An estimate of the bytes that the columns take.",
    ),
    Function("extent_id", "() -> guid", "The shard that holds the row.", aliases=("extentid",)),
    Function("extent_tags", "() -> dynamic", "The tags of the shard that holds the row, as an array."),
    Function(
        "external_table",
        "(name: string, mapping: string?) -> tabular; (name: string, max_age: timespan) -> tabular",
        "The external table of a name.",
    ),
    Function("ingestion_time", "() -> datetime", "The time at which the row came in.", column="=$IngestionTime"),
    Function("materialized_view", "(name: string, max_age: timespan?) -> tabular", "The materialized part of a view."),
    Function("row_id", "() -> string", "The identity of the row."),
    Function("rowstore_ordinal_range", "() -> dynamic", "The range of places of the row in the row store."),
    Function(
        "stored_query_result",
        "(name: string) -> tabular; "
        "(name: string, index: long) -> tabular; "
        "(name: string, table_name: string) -> tabular",
        "The stored result of a query.",
    ),
    Function("table", "(name: string, query_data_scope: string?) -> tabular", "The table of a name."),
)
