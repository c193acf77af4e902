"""Pages of HTML: what all of them share.  `environment` fills templates in, `words` has what they print."""
