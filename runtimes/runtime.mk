# Included by each language's Makefile, which sets LANGUAGE, VERSION (Debian's), and MORE = build where there is an image that installs
# dependencies; it is large: made by this, and for tests.
#   make -C runtimes/python build3.11                                   build/images/python3.11, on Debian's packages
#   make -C runtimes/python build3.13 BASE=docker://…/python:3.13-slim  our files on an image that has the interpreter
#   … IMAGE=docker://registry.example.com/kontain/python3.13            where it is put; build/images/<language><version> otherwise
# BASE and IMAGE are in skopeo's notation (containers-transports(5)).
scripts := $(dir $(lastword $(MAKEFILE_LIST)))../scripts/images
BASE ?=
IMAGE ?=

build%:
ifneq ($(BASE),)
	@$(scripts)/build-on-base $(LANGUAGE) $* '$(BASE)' '$(IMAGE)'
else
	@[ '$*' = '$(VERSION)' ] || { echo 'Debian has $(LANGUAGE)$(VERSION) only; for another name an image that has it: make build$* BASE=docker://…' >&2; exit 1; }
	@$(scripts)/build $(LANGUAGE)$* $(addprefix $(LANGUAGE)$*-,$(MORE))
	@[ -z '$(IMAGE)' ] || skopeo copy --quiet oci:$(scripts)/../../build/images/$(LANGUAGE)$* '$(IMAGE)'
endif
