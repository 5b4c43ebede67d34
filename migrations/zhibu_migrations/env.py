"""The Alembic environment that core and every plugin share; the runner hands the connection in."""

from alembic import context

config = context.config
connection = config.attributes.get("connection")

if connection is None:
    context.configure(
        dialect_name="postgresql",
        literal_binds=True,
        version_table=config.get_main_option("version_table"),
        version_table_schema="jobs",
    )
else:
    context.configure(
        connection=connection,
        version_table=config.get_main_option("version_table"),
        version_table_schema="jobs",
        transaction_per_migration=True,
    )

with context.begin_transaction():
    context.run_migrations()
