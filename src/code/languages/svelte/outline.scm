; What the page shows; the script's own definitions come from the parser of its language.
((start_tag (attribute (attribute_name) @_id (quoted_attribute_value (attribute_value) @name))) @definition.key (#eq? @_id "id"))
((element (start_tag (tag_name) @_tag) . (text) @name) @definition.section (#any-of? @_tag "title" "h1" "h2" "h3"))
(snippet_statement (snippet_start (snippet_name) @name)) @definition.function
