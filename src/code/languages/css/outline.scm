; A rule is known by each class and id that one of its selectors ends in, and by custom properties it sets.
(rule_set (selectors (class_selector (class_name (identifier) @name) .)) (block) @body) @definition.class
(rule_set (selectors (pseudo_class_selector (class_selector (class_name (identifier) @name) .))) (block) @body) @definition.class
(rule_set (selectors (pseudo_element_selector (class_selector (class_name (identifier) @name) .))) (block) @body) @definition.class
(rule_set (selectors (descendant_selector (class_selector (class_name (identifier) @name) .) .)) (block) @body) @definition.class
(rule_set (selectors (child_selector (class_selector (class_name (identifier) @name) .) .)) (block) @body) @definition.class
(rule_set (selectors (id_selector (id_name) @name .)) (block) @body) @definition.key
(rule_set (selectors (pseudo_class_selector (id_selector (id_name) @name .))) (block) @body) @definition.key
(rule_set (selectors (tag_name) @name) (block) @body) @definition.section

((declaration . (property_name) @name) @definition.variable (#match? @name "^--"))
(keyframes_statement (keyframes_name) @name (keyframe_block_list) @body) @definition.function
(at_rule (at_keyword) @name (block) @body) @definition.section
(media_statement "@media" @name (block) @body) @definition.section
