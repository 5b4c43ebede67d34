"""Where tenants meet: agreements, envelopes and copies between two of them, and the board on which they find each other.

Public modules: `declared` (what a plugin can publish), `terms` (an agreement's words), `agreements` (propose, change, sign),
`ending` (revoke), `publishing` (publish, withdraw, send again), `reading` (agreements, differences), `copies` (what came, noted as
read), `crossings` (the ledger both sides see, and every open case), `models`, the board's own, and the
package `cases` (matters about one person with two sides: lent, returned; see there). All of them know one
tenant. Only `courier` handles two, and nothing but `lane`, which runs it, may import it.
"""
