# What a newcomer types. Needs Python 3.11 or newer and nothing else.

.PHONY: help demo test wheel check docs clean
SINCE ?= 2025-01-01
PYTEST ?=
export FEEDS_REQUIRE ?= wheel

help:
	@echo 'make demo    feeds and a mail digest of the posts in this repository'
	@echo 'make test    build the wheel, install it, test it     make test PYTEST="-k digest"'
	@echo 'make check   ruff and mypy'
	@echo 'make docs    write docs/settings.md anew'
	@echo 'make clean   remove everything that the others made'

# Anew each time: what the last demo left behind is no part of this one.
demo: .venv/ready
	@rm -rf public mail .feeds feeds.db*
	.venv/bin/feeds build
	.venv/bin/feeds subscribers add reader@example.org
	.venv/bin/feeds issue weekly --since $(SINCE)
	.venv/bin/feeds deliver
	@echo
	@echo 'Where to look:'
	@echo '  the feeds                          public/feed.xml  public/atom.xml  public/feed.json'
	@echo '  the same for each category         public/feeds/'
	@echo '  a page that offers them            public/subscribe/index.html'
	@echo "  the digest, for any mail program   $$(find mail -name '*.eml')"

test: wheel
	.venv-wheel/bin/python -P -m pytest $(PYTEST)

# What is tested is what users install: -P and --import-mode=importlib keep the checkout's own feeds/ out of sight.
wheel: .venv-wheel/ready
	@rm -rf dist
	@.venv-wheel/bin/python -m build --wheel --no-isolation >.venv-wheel/build.log 2>&1 || { cat .venv-wheel/build.log; exit 1; }
	@.venv-wheel/bin/python -m pip install --quiet --no-deps --force-reinstall dist/*.whl

check: .venv/ready
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy

docs: .venv/ready
	.venv/bin/python scripts/settings_reference.py docs/settings.md

clean:
	rm -rf .venv .venv-wheel dist public mail .feeds feeds.db* .hypothesis .mypy_cache .pytest_cache .ruff_cache

.venv/ready: pyproject.toml scripts/venv
	@scripts/venv .venv --editable . --group dev

.venv-wheel/ready: pyproject.toml scripts/venv
	@scripts/venv .venv-wheel . --group dev
