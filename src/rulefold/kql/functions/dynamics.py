"""Functions of dynamic values: arrays, sets and bags."""

from rulefold.kql.functions.table import Function

ROWS = (
    Function("array_concat", "(array: array[1..64]) -> dynamic", "The elements of several arrays, as one array."),
    Function(
        "array_iff",
        "(condition_array: array, when_true: scalar, when_false: scalar) -> dynamic",
        "The elements of one value or another, as an array of conditions says.",
        aliases=("array_iif",),
    ),
    Function(
        "array_index_of",
        "(array: array, value: scalar, start: integer?, length: integer?, occurrence: constant integer?) -> long",
        "The place of the first element that equals the value, or -1.",
    ),
    Function("array_length", "(array: array) -> long", "The number of elements of an array.", aliases=("arraylength",)),
    Function("array_reverse", "(value: array) -> @value", "The array from its last element to its first."),
    Function(
        "array_rotate_left",
        "(array: array, rotate_count: integer) -> @array",
        "The array with its elements moved to the left, and around.",
    ),
    Function(
        "array_rotate_right",
        "(array: array, rotate_count: integer) -> @array",
        "The array with its elements moved to the right, and around.",
    ),
    Function(
        "array_shift_left",
        "(array: array, shift_count: integer, default_value: scalar?) -> @array",
        "The array with its elements moved to the left, and a default for those that are missing.",
    ),
    Function(
        "array_shift_right",
        "(array: array, shift_count: integer, default_value: scalar?) -> @array",
        "The array with its elements moved to the right, and a default for those that are missing.",
    ),
    Function(
        "array_slice",
        "(array: array, start: integer, end: integer) -> @array",
        "The elements of an array from one place to another.",
    ),
    Function(
        "array_sort_asc",
        "(arrays: array[1..64], nulls_last: constant bool?) -> dynamic",
        "The arrays in ascending order of the elements of the first.",
        column="@arrays_sorted",
    ),
    Function(
        "array_sort_desc",
        "(arrays: array[1..64], nulls_last: constant bool?) -> dynamic",
        "The arrays in descending order of the elements of the first.",
        column="@arrays_sorted",
    ),
    Function(
        "array_split",
        "(array: array, index: integer) -> @array; (array: array, indices: array) -> @array",
        "The array cut at one or more places, as an array of arrays.",
    ),
    Function(
        "array_strcat",
        "(array: array, delimiter: scalar) -> string",
        "The elements of an array as one text, with a delimiter between them.",
    ),
    Function("bag_has_key", "(bag: bag, key: string) -> bool", "Whether a bag has a key, or something at a path."),
    Function("bag_keys", "(object: bag) -> dynamic", "The keys of a bag, as an array."),
    Function(
        "bag_merge",
        "(bag: bag[2..64]) -> dynamic",
        "The bag with the members of several; the first that has a key wins.",
    ),
    Function(
        "bag_pack",
        "(key: string+, value: scalar+) -> dynamic",
        "The bag with the given keys and values.",
        aliases=("pack", "pack_dictionary"),
    ),
    Function(
        "bag_pack_columns",
        "(value: column scalar+) -> dynamic",
        "The bag with the names and values of the given columns.",
    ),
    Function("bag_remove_keys", "(bag: bag, keys: array) -> dynamic", "The bag without some keys."),
    Function(
        "bag_set_key",
        "(bag: bag, key: constant string, value: scalar) -> dynamic",
        "The bag with the value at a key or a path set.",
    ),
    Function(
        "bag_zip",
        "(keys: array, values: array) -> dynamic",
        "The bag with the keys of one array and the values of another.",
    ),
    Function(
        "jaccard_index",
        "(set: array[2..2]) -> dynamic",
        "The size of the intersection of two sets by that of their union.",
    ),
    Function(
        "pack_all",
        "(ignore_null_empty: literal scalar?) -> dynamic",
        "The bag with the names and values of all columns.",
    ),
    Function(
        "pack_array",
        "(value: scalar+) -> dynamic; (value: star scalar) -> dynamic",
        "The array of the arguments.",
    ),
    Function(
        "repeat",
        "(value: scalar, count: long) -> array",
        "The array that holds the value a number of times.",
        column="repeat_@1",
    ),
    Function(
        "set_difference",
        "(set: array[2..64]) -> dynamic",
        "The distinct elements of the first array that are in none of the others.",
    ),
    Function("set_equals", "(set1: array, set2: array) -> bool", "Whether two arrays hold the same elements."),
    Function("set_has_element", "(set: array, value: scalar) -> bool", "Whether an array holds the value."),
    Function("set_intersect", "(set: array[2..64]) -> dynamic", "The distinct elements that are in all arrays."),
    Function("set_union", "(set: array[2..64]) -> dynamic", "The distinct elements that are in any of the arrays."),
    Function(
        "strcat_array",
        "(array: array, delimiter: scalar) -> string",
        "The elements of an array as one text, with a delimiter between them.",
    ),
    Function(
        "treepath",
        "(object: bag) -> dynamic",
        "The paths of all leaves of a bag, as an array.",
        column="tree_@1",
    ),
    Function(
        "zip",
        "(array: array[2..64]) -> dynamic",
        "The array of arrays of the elements at the same place in several arrays.",
    ),
)
