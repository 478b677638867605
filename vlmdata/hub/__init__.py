"""Data sets on their way to the Hub: what may go, what is to be sent, sending it, and looking whether it arrived."""
