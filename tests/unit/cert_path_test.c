#include "cert_authority.h"

#include <pthread.h>

#include <openssl/err.h>

#define CODE SIGLET_PURPOSE_CODE_SIGNING
#define STAMPS SIGLET_PURPOSE_TIMESTAMPING

/* Root, upper and lower intermediate, leaf. */
typedef struct tower {
	X509 *root, *upper, *lower, *leaf;
} tower;

static const maker_extensions open_ca = { { { "basicConstraints", "critical,CA:TRUE" },
					    { "keyUsage", "critical,keyCertSign,cRLSign" },
					    { "subjectKeyIdentifier", "hash" },
					    { "authorityKeyIdentifier", "keyid" } } };

static X509 *make_ca(const char *name, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key,
		     maker_extensions extensions)
{
	return make_x509(&(maker_plan) { .name = name,
					 .key = key,
					 .issuer = issuer,
					 .issuer_key = issuer_key,
					 .extensions = extensions });
}

static tower make_tower(maker_extensions root, maker_extensions upper, maker_extensions lower,
			maker_extensions leaf)
{
	tower t = { .root = make_root(root) };

	t.upper = make_ca("upper", keys.intermediate, t.root, keys.root, upper);
	t.lower = make_ca("lower", keys.lower, t.upper, keys.intermediate, lower);
	t.leaf = make_leaf(t.lower, keys.lower, leaf);
	return t;
}

static void free_tower(tower *t)
{
	X509_free(t->leaf);
	X509_free(t->lower);
	X509_free(t->upper);
	X509_free(t->root);
}

/* Both intermediates known, then the lower or both from elsewhere: the rules must not differ. */
static void judge_tower(const tower *t, siglet_purpose purpose, siglet_code code, const char *claim)
{
	siglet_chain *whole = make_chain(purpose, (X509 *[4]) { t->lower, t->upper, t->root });
	siglet_chain *upper = make_chain(purpose, (X509 *[4]) { t->upper, t->root });
	siglet_chain *root = make_chain(purpose, (X509 *[4]) { t->root });

	judge(whole, t->leaf, NULL, code, 4, claim);
	judge(upper, t->leaf, (X509 *[3]) { t->lower }, code, 4, "… with the lower from elsewhere");
	judge(root, t->leaf, (X509 *[3]) { t->upper, t->lower }, code, 4,
	      "… with both from elsewhere");
	siglet_chain_free(root);
	siglet_chain_free(upper);
	siglet_chain_free(whole);
}

static void check_tower(maker_extensions root, maker_extensions upper, maker_extensions lower,
			siglet_code code, const char *claim)
{
	tower t = make_tower(root, upper, lower, MAKER_LEAF);

	judge_tower(&t, CODE, code, claim);
	free_tower(&t);
}

static maker_extensions ca_with(const char *name, const char *value)
{
	return with(open_ca, name, value);
}

static maker_extensions root_with(const char *name, const char *value)
{
	return with(MAKER_ROOT, name, value);
}

static void path_lengths_count_what_lies_below(void)
{
	const char *const zero = "critical,CA:TRUE,pathlen:0",
			  *const one = "critical,CA:TRUE,pathlen:1",
			  *const two = "critical,CA:TRUE,pathlen:2";
	const siglet_code no = SIGLET_E_UNTRUSTED;

	check_tower(MAKER_ROOT, open_ca, open_ca, 0, "no path length anywhere");
	check_tower(MAKER_ROOT, open_ca, ca_with("basicConstraints", zero), 0, "0 at the issuer");
	check_tower(MAKER_ROOT, ca_with("basicConstraints", one), open_ca, 0, "1 above it");
	check_tower(MAKER_ROOT, ca_with("basicConstraints", zero), open_ca, no, "0 above it");
	check_tower(root_with("basicConstraints", two), open_ca, open_ca, 0, "2 at the root");
	check_tower(root_with("basicConstraints", one), open_ca, open_ca, no, "1 at the root");
	check_tower(root_with("basicConstraints", zero), open_ca, open_ca, no, "0 at the root");
}

/* RFC 5280 section 4.2.1.9: a CA's certificate for itself does not count. */
static void path_lengths_leave_self_issued_out(void)
{
	X509 *root = make_root(root_with("basicConstraints", "critical,CA:TRUE,pathlen:0"));
	X509 *renewed = make_ca("root", keys.intermediate, root, keys.root, open_ca);
	X509 *lower = make_ca("lower", keys.lower, renewed, keys.intermediate, open_ca);
	X509 *leaf = make_leaf(renewed, keys.intermediate, MAKER_LEAF);
	X509 *low_leaf = make_leaf(lower, keys.lower, MAKER_LEAF);
	siglet_chain *chain = make_chain(CODE, (X509 *[4]) { lower, renewed, root });

	judge(chain, leaf, NULL, 0, 3, "a root's new key does not count");
	judge(chain, low_leaf, NULL, SIGLET_E_UNTRUSTED, 0, "an intermediate below it does");
	siglet_chain_free(chain);
	X509_free(low_leaf);
	X509_free(leaf);
	X509_free(lower);
	X509_free(renewed);
	X509_free(root);
}

static void rules_hold_for_every_issuer(void)
{
	static const struct {
		const char *name, *value, *claim;
		siglet_code code;
	} cases[] = {
		{ "basicConstraints", "critical,CA:FALSE", "no CA", SIGLET_E_UNTRUSTED },
		{ "basicConstraints", NULL, "no basic constraints", SIGLET_E_UNTRUSTED },
		{ "keyUsage", "critical,digitalSignature", "may not issue", SIGLET_E_UNTRUSTED },
		{ "extendedKeyUsage", "codeSigning", "for this purpose", 0 },
		{ "extendedKeyUsage", "emailProtection", "for another purpose",
		  SIGLET_E_UNTRUSTED },
		{ "1.2.3.4", "critical,DER:0500", "unknown critical extension",
		  SIGLET_E_UNTRUSTED },
		{ "nameConstraints", "critical,permitted;email:example.com", "permits the leaf",
		  0 },
		{ "nameConstraints", "critical,permitted;email:example.org",
		  "does not permit the leaf", SIGLET_E_UNTRUSTED },
		{ "nameConstraints", "critical,excluded;email:example.com", "excludes the leaf",
		  SIGLET_E_UNTRUSTED },
	};
	char claim[128];

	for (size_t i = 0; i < SIGLET_COUNT(cases); i++) {
		const maker_extensions changed = ca_with(cases[i].name, cases[i].value);

		MAKER_NEED(snprintf(claim, sizeof(claim), "upper: %s", cases[i].claim) > 0);
		check_tower(MAKER_ROOT, changed, open_ca, cases[i].code, claim);
		MAKER_NEED(snprintf(claim, sizeof(claim), "lower: %s", cases[i].claim) > 0);
		check_tower(MAKER_ROOT, open_ca, changed, cases[i].code, claim);
	}
}

static void names_of_intermediates_are_constrained_too(void)
{
	check_tower(root_with("nameConstraints", "critical,permitted;email:example.com"), open_ca,
		    ca_with("subjectAltName", "email:ca@example.com"), 0,
		    "a permitted name of a CA");
	check_tower(root_with("nameConstraints", "critical,permitted;email:example.com"), open_ca,
		    ca_with("subjectAltName", "email:ca@example.org"), SIGLET_E_UNTRUSTED,
		    "another name of a CA");
}

static void strangers_are_never_an_anchor(void)
{
	tower t = make_tower(MAKER_ROOT, open_ca, open_ca, MAKER_LEAF);
	X509 *other_root = make_x509(
		&(maker_plan) { .name = "other", .key = keys.stranger, .extensions = MAKER_ROOT });
	siglet_chain *chain = make_chain(CODE, (X509 *[4]) { other_root });

	judge(chain, t.leaf, (X509 *[3]) { t.lower, t.upper, t.root }, SIGLET_E_UNTRUSTED, 0,
	      "a whole path to a root of nobody's");
	siglet_chain_free(chain);
	chain = make_chain(CODE, (X509 *[4]) { t.root });
	judge(chain, t.leaf, (X509 *[3]) { t.lower }, SIGLET_E_UNTRUSTED, 0, "a gap in the path");
	judge(chain, t.leaf, NULL, SIGLET_E_UNTRUSTED, 0, "no intermediates at all");
	judge(chain, t.leaf, (X509 *[3]) { other_root, t.lower, t.upper }, 0, 4, "one too many");
	siglet_chain_free(chain);
	X509_free(other_root);
	free_tower(&t);
}

/* ---- timestamping ---- */

static void authority_knows_its_signer(void)
{
	tower t = make_tower(MAKER_ROOT, open_ca, open_ca, MAKER_STAMPER);
	X509 *other = make_leaf(t.lower, keys.lower, MAKER_STAMPER);
	siglet_chain *chain = make_chain(STAMPS, (X509 *[4]) { t.leaf, t.lower, t.upper, t.root });
	siglet_cert *signer = parse_x509(t.leaf);

	OK_SUCCESS(siglet_chain_open(chain), "open it");
	OK(siglet_chain_signer(chain) != NULL &&
		   siglet_cert_equal(siglet_chain_signer(chain), signer),
	   "the first certificate that is no CA");
	judge(chain, t.leaf, NULL, 0, 4, "the signer itself");
	judge(chain, t.leaf, NULL, 0, 4, "… and again");
	judge(chain, other, NULL, 0, 4, "another signer's path can be asked for");
	siglet_chain_free(chain);
	chain = make_chain(STAMPS, (X509 *[4]) { t.lower, t.upper, t.root });
	OK_SUCCESS(siglet_chain_open(chain), "open it");
	OK(siglet_chain_signer(chain) == NULL, "a CA in the first place is no signer");
	siglet_chain_free(chain);
	chain = make_chain(CODE, (X509 *[4]) { t.leaf, t.lower, t.upper, t.root });
	OK_SUCCESS(siglet_chain_open(chain), "open it");
	OK(siglet_chain_signer(chain) == NULL, "for code signing there is none");
	siglet_chain_free(chain);
	siglet_cert_free(signer);
	X509_free(other);
	free_tower(&t);
}

static void signer_needs_the_whole_path(void)
{
	tower t = make_tower(MAKER_ROOT, open_ca, open_ca, MAKER_STAMPER);
	siglet_chain *chain = make_chain(STAMPS, (X509 *[4]) { t.leaf, t.root });

	judge(chain, t.leaf, NULL, SIGLET_E_UNTRUSTED, 0, "a signer without its intermediates");
	judge(chain, t.leaf, (X509 *[3]) { t.lower, t.upper }, 0, 4, "… which a token may bring");
	judge(chain, t.leaf, NULL, SIGLET_E_UNTRUSTED, 0, "… and which are not remembered");
	siglet_chain_free(chain);
	chain = make_chain(STAMPS, (X509 *[4]) { t.leaf });
	judge(chain, t.leaf, NULL, SIGLET_E_UNTRUSTED, 0, "a signer that is its own anchor");
	siglet_chain_free(chain);
	free_tower(&t);
}

static void check_stampers(maker_extensions upper, maker_extensions leaf, siglet_code code,
			   const char *claim)
{
	tower t = make_tower(MAKER_ROOT, upper, open_ca, leaf);
	siglet_chain *chain = make_chain(STAMPS, (X509 *[4]) { t.leaf, t.lower, t.upper, t.root });

	judge_tower(&t, STAMPS, code, claim);
	judge(chain, t.leaf, NULL, code, 4, "… as the known signer");
	judge(chain, t.leaf, NULL, code, 4, "… and again");
	siglet_chain_free(chain);
	free_tower(&t);
}

static void stamping_rules_hold(void)
{
	const siglet_code no = SIGLET_E_UNTRUSTED;

	check_stampers(open_ca, MAKER_STAMPER, 0, "a good one");
	check_stampers(ca_with("extendedKeyUsage", "timeStamping"), MAKER_STAMPER, 0,
		       "an issuer for timestamps");
	check_stampers(ca_with("extendedKeyUsage", "anyExtendedKeyUsage"), MAKER_STAMPER, 0,
		       "an issuer for anything");
	check_stampers(ca_with("extendedKeyUsage", "codeSigning"), MAKER_STAMPER, no,
		       "an issuer for other things");
	check_stampers(open_ca, with(MAKER_STAMPER, "extendedKeyUsage", "timeStamping"), no,
		       "an EKU that is not critical");
	check_stampers(open_ca,
		       with(MAKER_STAMPER, "extendedKeyUsage", "critical,timeStamping,codeSigning"),
		       no, "a second purpose");
	check_stampers(open_ca, MAKER_LEAF, no, "a code signer");
	tower t = make_tower(MAKER_ROOT, open_ca, open_ca, MAKER_STAMPER);
	judge_tower(&t, CODE, no, "a timestamper for code");
	free_tower(&t);
}

/* ---- threads ---- */

typedef struct worker {
	const siglet_chain *chain;
	const siglet_cert *leaf, *stranger;
	size_t wrong;
} worker;

static void *work(void *argument)
{
	worker *w = argument;

	for (int i = 0; i < 20; i++) {
		siglet_path path = { .count = 0 };
		siglet_err *good = siglet_chain_verify(w->chain, w->leaf, NULL, 0, &path);
		siglet_err *bad = siglet_chain_verify(w->chain, w->stranger, NULL, 0, &path);

		w->wrong += good != NULL || bad == NULL || path.count != 4;
		siglet_err_free(good);
		siglet_err_free(bad);
	}
	return NULL;
}

static void threads_share_an_authority(void)
{
	tower t = make_tower(root_with("nameConstraints", "critical,permitted;email:example.com"),
			     open_ca, open_ca, MAKER_LEAF);
	X509 *forged = make_leaf(t.lower, keys.stranger, MAKER_LEAF);
	siglet_chain *chain = make_chain(CODE, (X509 *[4]) { t.lower, t.upper, t.root });
	siglet_cert *leaf = parse_x509(t.leaf), *stranger = parse_x509(forged);
	worker workers[4];
	pthread_t threads[4];

	for (size_t i = 0; i < SIGLET_COUNT(threads); i++) {
		workers[i] = (worker) { chain, leaf, stranger, 0 };
		MAKER_NEED(pthread_create(&threads[i], NULL, work, &workers[i]) == 0);
	}
	for (size_t i = 0; i < SIGLET_COUNT(threads); i++) {
		MAKER_NEED(pthread_join(threads[i], NULL) == 0);
		OK(workers[i].wrong == 0, "thread %zu is told the same", i);
	}
	siglet_cert_free(stranger);
	siglet_cert_free(leaf);
	siglet_chain_free(chain);
	X509_free(forged);
	free_tower(&t);
}

int main(void)
{
	authority_keys_new();
	path_lengths_count_what_lies_below();
	path_lengths_leave_self_issued_out();
	rules_hold_for_every_issuer();
	names_of_intermediates_are_constrained_too();
	strangers_are_never_an_anchor();
	authority_knows_its_signer();
	signer_needs_the_whole_path();
	stamping_rules_hold();
	threads_share_an_authority();
	OK(ERR_peek_error() == 0, "no error is left in OpenSSL's queue");
	authority_keys_free();
	return tap_done();
}
