"""What msticpy's QueryStore makes of query files, in an interpreter that has msticpy.

usage: msticpy_store.py FOLDER > JSON: for each environment, family and name the description, metadata and query
"""

import json
import sys

from msticpy.data.core.query_store import QueryStore  # type: ignore[import-not-found]

stores = QueryStore.import_files([sys.argv[1]], recursive=True)
answer = {
    environment: {
        family: {
            name: {
                "description": source.description,
                "metadata": source.metadata,
                "query": source.query.format(),
                "run": source.create_query(),
            }
            for name, source in queries.items()
        }
        for family, queries in store.data_families.items()
    }
    for environment, store in stores.items()
}
json.dump(answer, sys.stdout, default=str)
