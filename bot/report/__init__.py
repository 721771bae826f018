"""How a report is written down for the command line: as a page (`_html.html`) or as Markdown (`_markdown.markdown`).

What it says is built in `handlers/_reporting`, where the bot's own monthly report and its PDF come from as well. Both
write the same words; chat text is data in either, and was masked when the report was built.
"""
