; Three levels of mappings, the third only where it holds a mapping or a list: names of jobs, not their settings.
(document (block_node (block_mapping (block_mapping_pair key: (flow_node (plain_scalar) @name)) @definition.key)))
(document (block_node (block_mapping (block_mapping_pair value: (block_node (block_mapping
  (block_mapping_pair key: (flow_node (plain_scalar) @name)) @definition.key))))))
(document (block_node (block_mapping (block_mapping_pair value: (block_node (block_mapping (block_mapping_pair value: (block_node (block_mapping
  (block_mapping_pair key: (flow_node (plain_scalar) @name) value: (block_node [(block_mapping) (block_sequence)])) @definition.key)))))))))
(anchor (anchor_name) @name) @definition.variable
