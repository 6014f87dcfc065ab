# siglet: build, test, install. `make help` lists the targets.
#
# Settings a user may give: CC CFLAGS LDFLAGS PREFIX DESTDIR V=1 WERROR=1.
# Our own flags stand in other variables, so that overriding those loses no hardening.

# ---- settings ----
B ?= build
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share
CFLAGS ?= -O2 -g
PKG_CONFIG ?= pkg-config
AR ?= ar
PROVE ?= prove
VERSION := 0.1.0
SOVERSION := 1
Q := $(if $(V),,@)
SANITIZE ?=

# What needs neither a compiler nor a library must work without them.
NO_CONFIG := deps help clean format
CONFIGURED := $(if $(MAKECMDGOALS),$(filter-out $(NO_CONFIG),$(MAKECMDGOALS)),yes)

ifneq ($(CONFIGURED),)
LIBS_FOUND := $(shell $(PKG_CONFIG) --exists 'libcrypto >= 3.0' 'json-c >= 0.15' && echo yes)
endif
ifneq ($(LIBS_FOUND),)
LIB_CFLAGS := $(shell $(PKG_CONFIG) --cflags libcrypto json-c)
LIB_LIBS := $(shell $(PKG_CONFIG) --libs libcrypto json-c)
endif

# ---- flags ----
probe = $(shell printf 'int main(void){return 0;}' | $(CC) $(1) -Werror -x c -o /dev/null - \
	2>/dev/null && echo $(1))
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wformat=2 -Wcast-qual \
	-Wcast-align -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wvla -Wundef -Wnull-dereference -Wswitch-enum -Wimplicit-fallthrough \
	$(if $(WERROR),-Werror)
ifneq ($(LIBS_FOUND),)
HARDEN := -fstack-protector-strong -fPIC $(foreach f,-fstack-clash-protection \
	-fcf-protection=full -ftrivial-auto-var-init=zero -fzero-call-used-regs=used-gpr,$(call probe,$(f)))
FORTIFY := $(if $(SANITIZE),,$(if $(filter -O0,$(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2))
endif
SANITIZERS := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
OUR_CFLAGS := -std=c17 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -Ipkg -I$(B)/gen \
	-DSIGLET_VERSION='"$(VERSION)"' $(LIB_CFLAGS) $(WARN) $(HARDEN) $(FORTIFY) $(SANITIZERS) \
	-fvisibility=hidden -ffile-prefix-map=$(CURDIR)=. -MMD -MP
OUR_LDFLAGS := -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code $(SANITIZERS)

# ---- sources: the rooms of pkg/LAYERS; the pure part ends at verify ----
ROOMS ?= $(shell grep -v '^\#' pkg/LAYERS)
LIB_SRC := $(foreach r,$(ROOMS),$(sort $(wildcard pkg/$(r)/*.c)))
LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o)
PURE_ROOMS := base json cbor crypto cert timestamp merkle note statement tlog trustroot tuf bundle verify
CLI_SRC := $(sort $(wildcard cmd/siglet/*.c))
CLI_OBJ := $(CLI_SRC:%.c=$(B)/%.o)
UNIT_SRC := $(foreach r,$(ROOMS),$(sort $(wildcard tests/unit/$(r)_test.c tests/unit/$(r)_*_test.c)))
UNIT_BIN := $(UNIT_SRC:%.c=$(B)/%)
TEST_LIB_SRC := $(sort $(wildcard tests/lib/*.c))
TEST_LIB_OBJ := $(TEST_LIB_SRC:%.c=$(B)/%.o)

# ---- targets ----
.PHONY: all
all: $(B)/libsiglet.a ## build the libraries and the program

.PHONY: unit
unit: $(UNIT_BIN) ## run the unit tests alone (of the rooms in ROOMS)
	$(Q)$(PROVE) --exec '' $(UNIT_BIN)

.PHONY: unit-valgrind
unit-valgrind: $(UNIT_BIN)
	$(Q)$(PROVE) --exec 'valgrind -q --error-exitcode=9 --leak-check=full' $(UNIT_BIN)

.PHONY: clean
clean: ## remove what was built
	rm -rf $(B)

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# ---- rules ----
$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC   $<")
	$(Q)$(CC) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(B)/gen/shipped_roots.h: pkg/siglet/embed.sh $(wildcard third_party_certs/*/trusted_root.json)
	@mkdir -p $(@D)
	$(Q)pkg/siglet/embed.sh third_party_certs > $@.tmp && mv $@.tmp $@

$(B)/pkg/siglet/shipped.o: $(B)/gen/shipped_roots.h

$(B)/libsiglet.a: $(LIB_OBJ)
	$(Q)rm -f $@ && $(AR) rcsD $@ $(LIB_OBJ)

$(B)/tests/unit/%: $(B)/tests/unit/%.o $(TEST_LIB_OBJ) $(B)/libsiglet.a
	$(Q)$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $< $(TEST_LIB_OBJ) $(B)/libsiglet.a $(LIB_LIBS) -lpthread -ldl

-include $(shell find $(B) -name '*.d' 2>/dev/null)
