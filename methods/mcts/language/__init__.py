"""What a search may write: tokens, the grammar over them, units, and when two rows are one."""
