"""Where the files of a published data set are: on a web server, on the Hub, or got by hand."""
