"""Methods for panels: pools of factors, and the control that searches nothing."""
