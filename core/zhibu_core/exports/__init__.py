"""Exports of personal data on a leash: purpose, fields, recipients, a mark in the file, approval, expiry, a register."""
