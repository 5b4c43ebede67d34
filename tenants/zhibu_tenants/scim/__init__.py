"""SCIM 2.0 (RFC 7643, RFC 7644): people and groups from the directories of campus and human resources."""
