"""How the embedded PostgreSQL is set: small memory, quick, and nothing that could lose data."""

from pathlib import Path

OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": "5432",
    "max_connections": "60",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "huge_pages": "off",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "autovacuum_max_workers": "2",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "wal_compression": "on",
    "min_wal_size": "48MB",
    "max_wal_size": "512MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_checkpoints": "off",
    # Statements and details of errors hold people's data; the log holds none.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_autovacuum_min_duration": "-1",
}
SINCE_18 = {"io_method": "sync"}  # no processes that only wait for files


def arguments(major: int, cluster: Path, socket_folder: Path, buffers: str) -> list[str]:
    """The arguments of `postgres`; given on the command line so that an update of Zhibu changes them."""
    own = {"unix_socket_directories": str(socket_folder), "shared_buffers": buffers}
    options = {**OPTIONS, **(SINCE_18 if major >= 18 else {}), **own}
    return ["-D", str(cluster), *(word for name, value in options.items() for word in ("-c", f"{name}={value}"))]


INITDB = (
    "--username=postgres", "--auth-local=trust", "--auth-host=reject", "--locale=C", "--encoding=UTF8",
    "--no-instructions",
)  # fmt: skip
