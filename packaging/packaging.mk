# What is made for others to install: see README.md, "Install", and CONTRIBUTING.md, "Releases".

# ---- settings ----
# What is packed is a commit, never a working folder: HEAD, or a tag that is named.
COMMIT ?= HEAD
PACKAGES ?= $(B)/packages

.PHONY: deps-packaging
deps-packaging: ## install what making packages needs (Debian packages)
	@sh tests/lib/deps.sh build packaging

.PHONY: dist
dist: ## make the source archive of a COMMIT (HEAD), in PACKAGES (build/packages)
	@sh packaging/dist.sh $(PACKAGES) $(COMMIT)

.PHONY: deb
deb: ## make the Debian packages of it
	@sh packaging/deb.sh $(PACKAGES) $(COMMIT)

.PHONY: rpm
rpm: ## make the RPM packages of it
	@sh packaging/rpm.sh $(PACKAGES) $(COMMIT)

# ---- releases ----
# Who must have signed it, as siglet verify takes it (--github OWNER/REPO); without, whoever signs.
SIGNER ?=
export SIGNER
RELEASE ?= $(B)/release

.PHONY: release-files
release-files: ## make all that a release of COMMIT has: archive, packages, static verifier, an SBOM of each, in RELEASE (build/release)
	@sh packaging/release.sh files $(RELEASE) $(COMMIT)

.PHONY: release
release: all release-files ## the same, signed as this CI job or person, and verified as a stranger would
	@SIGLET=$(B)/siglet sh packaging/release.sh sign $(RELEASE)

.PHONY: release-rehearsal
release-rehearsal: all release-files ## the same, signed in the sandbox: nobody trusts it
	@SIGLET=$(B)/siglet $(B)/siglet-sandbox run -- sh packaging/release.sh sign $(RELEASE)

# ---- the static verifier ----
STATIC_OBJ := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard cmd/siglet-verify/*.c)) $(addprefix cmd/siglet/, \
	account.c verify.c expect.c answer.c judge.c jobs.c list.c manifest.c bundles.c options.c help.c write.c instance.c signals.c))

# Relocations of its own are a tenth of it unless they are packed. What the linker says of a success is one warning, that
# dlopen is used: ours is, see cmd/siglet-verify/linked.c. (--no-warnings would also let an undefined function pass.)
STATIC_LDFLAGS = $(call probe,-Wl$(comma)-z$(comma)pack-relative-relocs)

.PHONY: static
static: $(B)/siglet-verify ## build siglet-verify: the offline verifier as one static file, for bootstrap scripts and scratch containers

$(B)/siglet-verify: $(STATIC_OBJ) $(B)/libsiglet.a
	$(call say,LD,$@)
	$(Q)$(CC) -static-pie -s $(STATIC_LDFLAGS) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $(STATIC_OBJ) $(B)/libsiglet.a \
		$(shell $(PKG_CONFIG) --static --libs libcrypto json-c libpcre2-8) -lpthread \
		2>$@.log || { cat $@.log >&2; exit 1; }
