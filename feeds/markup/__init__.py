"""The body of a post as HTML that is clean, absolute and safe in XML."""

from feeds.markup.characters import clean_text
from feeds.markup.direction import direction
from feeds.markup.urls import absolute_url

__all__ = ["absolute_url", "clean_text", "direction"]
