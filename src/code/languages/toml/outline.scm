(document (pair . [(bare_key) @name (dotted_key (bare_key) @name .)]) @definition.key)
(table . [(bare_key) @name (dotted_key) @name]) @definition.section
(table_array_element . [(bare_key) @name (dotted_key) @name]) @definition.section
(table (pair . [(bare_key) @name (dotted_key . (bare_key) @name)]) @definition.key)
(table_array_element (pair . [(bare_key) @name (dotted_key . (bare_key) @name)]) @definition.key)
