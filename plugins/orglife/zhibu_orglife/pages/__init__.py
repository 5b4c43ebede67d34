"""Pages of organizational life: workbench, plan, record, activity, calendar (interface.md 2.3)."""
