"""A file on its way into the facts: read into a temporary table, compared with what is there, applied as a whole.

`sources` gives the rows of a text or of a sheet, `reading` finds out what they hold, `notes` tells what was decided on the
way, `table` copies the typed rows into a temporary table (a walled table refuses COPY), `references` looks up whom and what
the texts mean, `differences` sets the state before beside the state after, `wording` says for people what was found. What is
done with the rows of a kind stands in `crm.kinds`.
"""
