# siglet: build, test, install. `make help` lists the targets.
#
# Settings a user may give: CC CFLAGS CPPFLAGS LDFLAGS PREFIX DESTDIR (and the …DIR names) V=1 WERROR=1
# SANITIZE=address,undefined B=folder COSE=0 (builds without libcbor). Our own flags stand in other
# variables, so that overriding those loses no hardening. LOADEDDIR is for packages: the folder, fixed at build
# time, of what is loaded when it is first needed; without, it lies in LIBDIR and is found by the run path,
# wherever that is moved to.

# ---- settings ----
B ?= build
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share
LOADEDDIR ?=
DOCDIR ?= $(DATADIR)/doc/siglet
CFLAGS ?= -O2 -g
PKG_CONFIG ?= pkg-config
AR ?= ar
INSTALL ?= install
CLANG ?= clang-14
VERSION := 0.1.0
SOVERSION := 1
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))
SANITIZE ?=
COSE ?= 1

# What needs neither a compiler nor a library must work without them; demo and check install them first.
NO_CONFIG := deps demo check help clean format ci deps-packaging dist deb rpm release-files reference
CONFIGURED := $(if $(MAKECMDGOALS),$(filter-out $(NO_CONFIG),$(MAKECMDGOALS)),yes)

ifneq ($(CONFIGURED),)
ifneq ($(shell $(PKG_CONFIG) --exists 'libcrypto >= 3.0' 'json-c >= 0.15' libpcre2-8 && echo yes),yes)
$(error siglet needs a C compiler, pkg-config, OpenSSL 3, json-c and PCRE2 with their headers: run `make deps`)
endif
ifneq ($(COSE),0)
ifneq ($(shell $(PKG_CONFIG) --exists 'libcbor >= 0.8' && echo yes),yes)
$(error siglet reads COSE with libcbor and its headers: run `make deps`, or build without: make COSE=0)
endif
endif
LIB_CFLAGS := $(shell $(PKG_CONFIG) --cflags libcrypto json-c libpcre2-8)
LIB_LIBS := $(shell $(PKG_CONFIG) --libs libcrypto json-c)

# ---- flags ----
comma := ,
probe = $(shell printf 'int main(void){return 0;}' | $(CC) $(1) -Werror -x c -o /dev/null - \
	2>/dev/null && echo $(1))
HARDEN := -fstack-protector-strong -fPIC $(foreach f,-fstack-clash-protection -fcf-protection=full \
	-ftrivial-auto-var-init=zero -fzero-call-used-regs=used-gpr,$(call probe,$(f)))
FORTIFY := $(if $(SANITIZE)$(filter -O0,$(CFLAGS)),,-U_FORTIFY_SOURCE $(or \
	$(shell echo 'int main(void){return 0;}' | $(CC) -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 \
		-Werror -include stdio.h -x c -o /dev/null - 2>/dev/null && \
		echo -D_FORTIFY_SOURCE=3),-D_FORTIFY_SOURCE=2))
endif
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wformat=2 -Wcast-qual \
	-Wcast-align -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wvla -Wundef -Wnull-dereference -Wswitch-enum -Wimplicit-fallthrough \
	$(if $(WERROR),-Werror)
SANITIZERS := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
OUR_CFLAGS = -std=c17 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -Ipkg -I$(B)/gen \
	-DSIGLET_VERSION='"$(VERSION)"' $(if $(LOADEDDIR),-DSIGLET_LOADED_DIR='"$(LOADEDDIR)"') $(LIB_CFLAGS) $(WARN) $(HARDEN) $(FORTIFY) $(SANITIZERS) \
	-fvisibility=hidden -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables -ffile-prefix-map=$(CURDIR)=. -MMD -MP
OUR_LDFLAGS := -Wl,--gc-sections -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code $(SANITIZERS)
run_path = $(if $(LOADEDDIR),,-Wl,-rpath,'$(1)')

# ---- sources: the rooms of pkg/LAYERS; the pure part is verify and all below ----
ROOMS ?= $(shell grep -v '^\#' pkg/LAYERS)
PURE_ROOMS := $(filter $(ROOMS),$(shell sed '/^verify$$/q' pkg/LAYERS))
# What needs libcurl goes into an object of its own, which is loaded when the first request is made.
NET_SRC := $(sort $(wildcard pkg/http/net_*.c))
NET_OBJ := $(NET_SRC:%.c=$(B)/%.o)
# And what needs SQLite into another, which is loaded when a database is first opened.
DB_SRC := $(sort $(wildcard pkg/hits/db_*.c))
DB_OBJ := $(DB_SRC:%.c=$(B)/%.o)
# And what needs libcbor into a third, which is loaded with the first COSE file.
COSE_SRC := $(sort $(wildcard pkg/cbor/heads_*.c))
COSE_OBJ := $(COSE_SRC:%.c=$(B)/%.o)
LIB_SRC := $(filter-out $(NET_SRC) $(DB_SRC) $(COSE_SRC),$(foreach r,$(ROOMS),$(sort $(wildcard pkg/$(r)/*.c))))
LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o)
# pkg/siglet has two halves: what takes buffers is pure, files and patterns are not.
OUTER_SRC := $(patsubst %,pkg/siglet/%.c,files pattern credential heads signing made surroundings trust_store anchors audit auditor watch repository fetch scitt)
VERIFY_SRC := $(filter-out $(COSE_SRC),$(foreach r,$(PURE_ROOMS),$(sort $(wildcard pkg/$(r)/*.c)))) \
	$(filter-out $(OUTER_SRC),$(sort $(wildcard pkg/siglet/*.c)))
VERIFY_OBJ := $(VERIFY_SRC:%.c=$(B)/%.o)
CLI_SRC := $(sort $(wildcard cmd/siglet/*.c))
CLI_OBJ := $(CLI_SRC:%.c=$(B)/%.o)
SANDBOX_OBJ := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard cmd/siglet-sandbox/*.c)))
UNIT_SRC := $(foreach r,$(ROOMS),$(sort $(wildcard tests/unit/$(r)_test.c tests/unit/$(r)_*_test.c)))
UNIT_BIN := $(UNIT_SRC:%.c=$(B)/%)
TEST_LIB_SRC := $(sort $(wildcard tests/lib/*.c))
TEST_LIB_OBJ := $(TEST_LIB_SRC:%.c=$(B)/%.o)
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_NAMES := $(FUZZ_SRC:tests/fuzz/%.c=%)
FUZZ_REPLAY := $(FUZZ_NAMES:%=$(B)/tests/fuzz/%)
MAN := $(sort $(wildcard docs/man/*.1))
LIBS := $(LIB_LIBS) -lpthread -ldl
# The objects of ours that are loaded when they are first needed.
LOADED := $(B)/libsiglet-net.so.0 $(B)/libsiglet-db.so.0 $(if $(filter-out 0,$(COSE)),$(B)/libsiglet-cose.so.0)
# Tests have it linked in.
TEST_COSE_LIB := $(if $(filter-out 0,$(COSE)),$(B)/tests/heads.a)
TEST_COSE := $(if $(filter-out 0,$(COSE)),$(TEST_COSE_LIB) -Wl$(comma)--push-state$(comma)--as-needed -lcbor -Wl$(comma)--pop-state)

# ---- targets ----
.PHONY: all
all: $(B)/siglet $(B)/libsiglet.so $(B)/libsiglet.a $(B)/libsiglet-verify.a $(LOADED) $(B)/siglet-sandbox $(B)/siglet.pc ## build the program and the libraries
	@$(if $(filter 0,$(COSE)),echo '  note  built without COSE: no libsiglet-cose.so.0')

.PHONY: deps
deps: ## install what building and testing need (Debian packages)
	@sh tests/lib/deps.sh build test

.PHONY: demo
demo: ## show the main job: sign, verify, explain, change the file, see it refused
	@sh tests/lib/deps.sh build
	@$(MAKE) --no-print-directory all
	@SIGLET=$(B)/siglet SANDBOX=$(B)/siglet-sandbox sh tests/lib/demo.sh

.PHONY: check
check: ## install what is missing, build, run every test
	@sh tests/lib/deps.sh build test
	@$(MAKE) --no-print-directory tests

.PHONY: tests
tests: all $(UNIT_BIN) $(FUZZ_REPLAY) test-programs
	@SIGLET=$(B)/siglet B=$(B) COSE=$(COSE) sh tests/lib/run.sh

.PHONY: unit
unit: $(UNIT_BIN) $(LOADED) ## run the unit tests alone (of the rooms in ROOMS)
	$(Q)prove --exec '' $(UNIT_BIN)

.PHONY: unit-valgrind
unit-valgrind: $(UNIT_BIN) $(LOADED) ## the same under valgrind
	$(Q)prove --exec 'valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite,indirect,possible' $(UNIT_BIN)

.PHONY: asan
asan: ## build with the address and undefined-behaviour sanitizers and run the tests with them
	@$(MAKE) --no-print-directory B=build-asan SANITIZE=address,undefined CFLAGS='-O1 -g' tests

.PHONY: tsan
tsan: all ## build with the thread sanitizer and run the tests that use threads
	@LD_LIBRARY_PATH=$(CURDIR)/build-tsan $(MAKE) --no-print-directory B=build-tsan SANITIZE=thread CFLAGS='-O1 -g' build-tsan/siglet unit
	@SIGLET=build-tsan/siglet SANDBOX=$(B)/siglet-sandbox B=build-tsan LD_LIBRARY_PATH=$(CURDIR)/build-tsan \
		prove --exec sh tests/cli/40-sign.t tests/cli/41-sign-services.t tests/cli/43-attest.t \
		tests/cli/64-audit-shards.t

.PHONY: interop
interop: all $(B)/tests/gen/siglet-cose ## sign and verify with sigstore-js and sigstore-python, both ways
	@SIGLET=$(B)/siglet B=$(B) prove --exec sh tests/interop/*.t

.PHONY: interop-go
interop-go: all ## the same with cosign and the real services, which are built with Go first (minutes)
	for module in cosign/v3/cmd/cosign@v3.1.3 fulcio@v1.8.8 timestamp-authority/v2/cmd/timestamp-server@v2.1.0 \
		rekor-tiles/v2/cmd/rekor-server/posix@v2.3.0; do \
		GOBIN=$(abspath $(B))/interop/bin GOFLAGS=-mod=mod go install github.com/sigstore/$$module || exit 1; \
	done
	mv $(B)/interop/bin/posix $(B)/interop/bin/rekor-server
	@SIGLET=$(B)/siglet B=$(B) prove --exec sh tests/interop/cosign.t tests/interop/services.t

.PHONY: fuzz
FUZZ_SECONDS ?= 600
fuzz: ## run every fuzz target for FUZZ_SECONDS with libFuzzer
	@$(MAKE) --no-print-directory B=build-fuzz CC=$(CLANG) CFLAGS='-O1 -g' \
		SANITIZE=fuzzer-no-link,address,undefined fuzzers
	@sh tests/fuzz/run.sh build-fuzz $(FUZZ_SECONDS) $(FUZZ_NAMES)

.PHONY: fuzzers
fuzzers: $(FUZZ_NAMES:%=$(B)/libfuzzer/%)

.PHONY: bench
bench: all $(B)/tests/bench/floor $(B)/tests/bench/launch $(B)/tests/bench/treehash $(B)/tests/gen/siglet-forge ## measure: ratios against a floor or a peer in one run
	@SIGLET=$(B)/siglet B=$(B) sh tests/bench/run.sh

.PHONY: coverage
coverage: ## which lines the tests reach
	@$(MAKE) --no-print-directory B=build-cov CFLAGS='-O0 -g --coverage' LDFLAGS=--coverage tests
	@sh tests/lib/coverage.sh build-cov

.PHONY: lint
lint: all ## architecture rules, banned calls, analysers, man pages, scripts
	@B=$(B) CC='$(CC)' CLANG=$(CLANG) sh tests/lint/run.sh '$(OUR_CFLAGS)'

.PHONY: format
format: ## put the sources into their form
	clang-format-14 -i $$(git ls-files '*.c' '*.h')

.PHONY: reference
reference: $(B)/reference.html ## write the reference of siglet.h, one page

.PHONY: install
install: all $(B)/reference.html ## install program, libraries, header, reference, man pages, completions (DESTDIR, PREFIX)
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR)/siglet \
		$(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(DATADIR)/bash-completion/completions \
		$(DESTDIR)$(DATADIR)/zsh/site-functions $(DESTDIR)$(DATADIR)/fish/vendor_completions.d
	$(INSTALL) -m 755 $(B)/siglet $(B)/siglet-sandbox $(DESTDIR)$(BINDIR)/
	$(INSTALL) -m 755 $(B)/libsiglet.so $(DESTDIR)$(LIBDIR)/libsiglet.so.$(VERSION)
	ln -sf libsiglet.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libsiglet.so.$(SOVERSION)
	ln -sf libsiglet.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/libsiglet.so
	$(INSTALL) -d $(DESTDIR)$(or $(LOADEDDIR),$(LIBDIR))
	$(INSTALL) -m 755 $(LOADED) $(DESTDIR)$(or $(LOADEDDIR),$(LIBDIR))/
	$(INSTALL) -m 644 $(B)/libsiglet.a $(B)/libsiglet-verify.a $(DESTDIR)$(LIBDIR)/
	$(INSTALL) -m 644 $(B)/siglet.pc $(DESTDIR)$(LIBDIR)/pkgconfig/siglet.pc
	$(INSTALL) -m 644 pkg/siglet/siglet.h $(DESTDIR)$(INCLUDEDIR)/siglet/siglet.h
	$(INSTALL) -d $(DESTDIR)$(DOCDIR)
	$(INSTALL) -m 644 $(B)/reference.html $(DESTDIR)$(DOCDIR)/
	$(INSTALL) -m 644 $(MAN) $(DESTDIR)$(MANDIR)/man1/
	$(B)/siglet completion bash > $(DESTDIR)$(DATADIR)/bash-completion/completions/siglet
	$(B)/siglet completion zsh > $(DESTDIR)$(DATADIR)/zsh/site-functions/_siglet
	$(B)/siglet completion fish > $(DESTDIR)$(DATADIR)/fish/vendor_completions.d/siglet.fish

.PHONY: uninstall
uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(BINDIR)/siglet $(DESTDIR)$(BINDIR)/siglet-sandbox $(DESTDIR)$(LIBDIR)/libsiglet.so* $(LOADED:$(B)/%=$(DESTDIR)$(or $(LOADEDDIR),$(LIBDIR))/%) \
		$(DESTDIR)$(LIBDIR)/libsiglet.a $(DESTDIR)$(LIBDIR)/libsiglet-verify.a \
		$(DESTDIR)$(LIBDIR)/pkgconfig/siglet.pc $(DESTDIR)$(INCLUDEDIR)/siglet/siglet.h $(DESTDIR)$(DOCDIR)/reference.html \
		$(MAN:docs/man/%=$(DESTDIR)$(MANDIR)/man1/%) \
		$(DESTDIR)$(DATADIR)/bash-completion/completions/siglet \
		$(DESTDIR)$(DATADIR)/zsh/site-functions/_siglet \
		$(DESTDIR)$(DATADIR)/fish/vendor_completions.d/siglet.fish
	-rmdir $(DESTDIR)$(INCLUDEDIR)/siglet $(DESTDIR)$(DOCDIR)

include packaging/packaging.mk

.PHONY: clean
clean: ## remove what was built
	rm -rf build build-*

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 19

# ---- rules ----
$(B)/%.o: %.c Makefile | $(B)/gen/cose_build.h
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(B)/gen/shipped_roots.h: pkg/siglet/embed.sh $(wildcard third_party_certs/*/trusted_root.json third_party_certs/*/signing_config.json)
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)sh pkg/siglet/embed.sh roots third_party_certs > $@.tmp && mv $@.tmp $@

$(B)/gen/shipped_anchors.h: pkg/siglet/embed.sh third_party_certs/README.md $(wildcard third_party_certs/*/root.json)
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)sh pkg/siglet/embed.sh anchors third_party_certs > $@.tmp && mv $@.tmp $@

$(B)/pkg/siglet/shipped.o: $(B)/gen/shipped_roots.h
$(B)/pkg/siglet/anchors.o: $(B)/gen/shipped_anchors.h

$(B)/libsiglet.a: $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcsD $@ $(LIB_OBJ)

# What an embedder needs to verify from memory: OpenSSL and json-c, nothing else.
$(B)/libsiglet-verify.a: $(VERIFY_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcsD $@ $(VERIFY_OBJ)

$(B)/libsiglet.so: $(LIB_OBJ) pkg/siglet/siglet.map
	$(call say,LD,$@)
	$(Q)$(CC) -shared $(OUR_LDFLAGS) $(LDFLAGS) -Wl,-soname,libsiglet.so.$(SOVERSION) \
		-Wl,--version-script,pkg/siglet/siglet.map $(call run_path,$$ORIGIN) -o $@ $(LIB_OBJ) $(LIBS)

$(B)/libsiglet-net.so.0: $(NET_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) -shared $(OUR_LDFLAGS) $(LDFLAGS) -Wl,-soname,libsiglet-net.so.0 -o $@ $(NET_OBJ) -lcurl -lpthread

$(B)/libsiglet-db.so.0: $(DB_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) -shared $(OUR_LDFLAGS) $(LDFLAGS) -Wl,-soname,libsiglet-db.so.0 -o $@ $(DB_OBJ) -lsqlite3

$(B)/libsiglet-cose.so.0: $(COSE_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) -shared $(OUR_LDFLAGS) $(LDFLAGS) -Wl,-soname,libsiglet-cose.so.0 -o $@ $(COSE_OBJ) -lcbor

$(B)/tests/heads.a: $(COSE_OBJ)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) rcsD $@ $(COSE_OBJ)

# Whether this build reads COSE; rewritten only when the answer changes.
$(B)/gen/cose_build.h: FORCE
	@mkdir -p $(@D)
	@echo '#define SIGLET_COSE $(COSE)' | cmp -s - $@ || echo '#define SIGLET_COSE $(COSE)' > $@

# Made each time: it names the prefix, which may be another one at install.
.PHONY: FORCE
$(B)/siglet.pc: pkg/siglet/siglet.pc.in FORCE
	@mkdir -p $(@D)
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@INCLUDEDIR@|$(INCLUDEDIR)|; s|@VERSION@|$(VERSION)|' $< > $@

$(B)/reference.html: docs/reference/page.awk pkg/siglet/siglet.h
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)awk -v version=$(VERSION) -f docs/reference/page.awk pkg/siglet/siglet.h > $@

# The program carries the library's code, so that it starts without a search for a shared object.
$(B)/siglet: $(CLI_OBJ) $(B)/libsiglet.a
	$(call say,LD,$@)
	$(Q)$(CC) -pie $(OUR_LDFLAGS) $(LDFLAGS) $(call run_path,$$ORIGIN:$$ORIGIN/../lib) -o $@ $(CLI_OBJ) \
		$(B)/libsiglet.a $(LIBS)

$(B)/siglet-sandbox: $(SANDBOX_OBJ) $(B)/libsiglet.a
	$(call say,LD,$@)
	$(Q)$(CC) -pie $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $(SANDBOX_OBJ) $(B)/libsiglet.a -lmicrohttpd $(LIBS)

$(B)/tests/unit/%: $(B)/tests/unit/%.o $(TEST_LIB_OBJ) $(B)/libsiglet.a $(TEST_COSE_LIB)
	$(Q)$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -Wl,-rpath,'$$ORIGIN/../..' -o $@ $< $(TEST_LIB_OBJ) $(B)/libsiglet.a $(TEST_COSE) $(LIBS)

$(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(B)/tests/fuzz/replay.o $(TEST_LIB_OBJ) $(B)/libsiglet.a $(TEST_COSE_LIB)
	$(Q)$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $< $(B)/tests/fuzz/replay.o $(TEST_LIB_OBJ) $(B)/libsiglet.a $(TEST_COSE) $(LIBS)

$(B)/libfuzzer/%: $(B)/tests/fuzz/%.o $(TEST_LIB_OBJ) $(B)/libsiglet.a $(TEST_COSE_LIB)
	@mkdir -p $(@D)
	$(Q)$(CC) $(OUR_LDFLAGS) -fsanitize=fuzzer,address,undefined -o $@ $< $(TEST_LIB_OBJ) $(B)/libsiglet.a $(TEST_COSE) $(LIBS)

# Programs that tests or benches run: one source each.
TEST_PROGRAMS := $(patsubst %.c,$(B)/%,$(wildcard tests/gen/*.c tests/faults/*.c tests/mutation/*.c tests/conformance/*.c))
.PHONY: test-programs
test-programs: $(TEST_PROGRAMS)

$(TEST_PROGRAMS) $(B)/tests/bench/floor $(B)/tests/bench/launch $(B)/tests/bench/treehash: $(B)/%: $(B)/%.o $(TEST_LIB_OBJ) $(B)/libsiglet.a $(TEST_COSE_LIB)
	$(Q)$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -Wl,-rpath,'$$ORIGIN/../..' -o $@ $< $(TEST_LIB_OBJ) $(B)/libsiglet.a $(TEST_COSE) $(LIBS)

.SECONDARY:
.DELETE_ON_ERROR:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
