"""Imports the sheet 会议记录: rows to versions, compared with what is held, written set-wise."""
