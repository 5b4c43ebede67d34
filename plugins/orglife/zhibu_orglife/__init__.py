"""Organizational life: meetings, rolls, minutes and their facts."""
