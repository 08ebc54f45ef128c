"""Oracles: functions that may be asked, as FIND has them, with what disturbs their answers."""
