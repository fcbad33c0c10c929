"""A file on its way into the facts: read into a temporary table, compared with what is there, applied as a whole.

`reading` finds out what a file holds, `table` copies its typed rows into a temporary table (a walled table refuses
COPY), `references` looks up whom and what the texts mean, `wording` says for people what was found. What is done with
the rows of a kind stands in `crm.kinds`.
"""
