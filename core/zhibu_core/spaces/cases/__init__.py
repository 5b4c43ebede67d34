"""Cases: matters about one person with two sides, each with its own row: lending a member now, any hand-over by its own moves.

A plugin declares the moves of a case with what crosses of it (`Shareable.case`). Each side writes its own steps and sends, with every
one, all of its own so far: an envelope that is lost, doubled or overtaken changes nothing. Where a case stands is a function of
both sides' steps (`protocol.chain`), so both sides come to the same.

Public modules: `protocol` (moves, steps, where a case stands; pure), `keeping` (open, take a step, undo, tell), `reading` (every open
case, its steps, what crossed), `sharing` (the fields that each case's record has), `models`. `heeding` and `closing` are core's own.
"""
