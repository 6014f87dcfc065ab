package siglet

/*
#include <stdlib.h>
#include "judge.h"
*/
import "C"

import (
	"time"
)

// Expectation is one thing that is asked: who must have signed, or how. An identity and an issuer, a short form for
// both, or a key must be among them. They are functions and no struct, so that an empty value is never taken for one
// that was not asked for: it is an error.
type Expectation func(made *C.siglet_expectation) error

func set(what C.siglet_expect, value string) Expectation {
	return func(made *C.siglet_expectation) error {
		var t texts

		if err := checkText(value); err != nil {
			return err
		}
		defer func() { t.free() }()
		return asError(C.siglet_expectation_set(made, what, t.add(value)))
	}
}

func setTime(what C.siglet_expect, at time.Time) Expectation {
	if at.IsZero() {
		return func(*C.siglet_expectation) error { return usage("a time that is none") }
	}
	return set(what, at.UTC().Format(time.RFC3339))
}

func setPattern(what C.siglet_expect, pattern string) Expectation {
	return func(made *C.siglet_expectation) error {
		var t texts

		if err := checkText(pattern); err != nil {
			return err
		}
		defer func() { t.free() }()
		return asError(C.siglet_expectation_set_pattern(made, what, t.add(pattern)))
	}
}

func setThreshold(which C.siglet_threshold, count uint32) Expectation {
	return func(made *C.siglet_expectation) error {
		return asError(C.siglet_expectation_set_threshold(made, which, C.uint(count)))
	}
}

// Identity is the certificate's SAN, exactly.
func Identity(san string) Expectation { return set(C.SIGLET_EXPECT_IDENTITY, san) }

// Issuer is the OIDC issuer, exactly.
func Issuer(url string) Expectation { return set(C.SIGLET_EXPECT_ISSUER, url) }

// IdentityPattern is a PCRE2 pattern for the SAN, anchored at both ends.
func IdentityPattern(pattern string) Expectation {
	return setPattern(C.SIGLET_EXPECT_IDENTITY, pattern)
}

// IssuerPattern is one for the issuer.
func IssuerPattern(pattern string) Expectation { return setPattern(C.SIGLET_EXPECT_ISSUER, pattern) }

// GitHub is OWNER or OWNER/REPO.
func GitHub(repository string) Expectation { return set(C.SIGLET_EXPECT_GITHUB, repository) }

// GitLab is GROUP/PROJECT, or a self-managed project's https URL.
func GitLab(project string) Expectation { return set(C.SIGLET_EXPECT_GITLAB, project) }

// Email is an address; it needs an Issuer too.
func Email(address string) Expectation { return set(C.SIGLET_EXPECT_EMAIL, address) }

// Workflow is a file, or OWNER/REPO/PATH of a reusable one; with a short form.
func Workflow(file string) Expectation { return set(C.SIGLET_EXPECT_WORKFLOW, file) }

// Ref is the source ref; with a short form.
func Ref(ref string) Expectation { return set(C.SIGLET_EXPECT_REF, ref) }

// Require asks for an extension of the certificate; there may be several.
func Require(name, value string) Expectation {
	return set(C.SIGLET_EXPECT_REQUIRE, name+"="+value)
}

// Type is the predicate's type (short name or URI), or "signature".
func Type(name string) Expectation { return set(C.SIGLET_EXPECT_TYPE, name) }

// SignedAfter refuses older signatures.
func SignedAfter(at time.Time) Expectation { return setTime(C.SIGLET_EXPECT_SIGNED_AFTER, at) }

// Key is PEM text of a managed key, in place of an identity.
func Key(pem string) Expectation { return set(C.SIGLET_EXPECT_KEY_PEM, pem) }

// KeyNotBefore is when the key came into use.
func KeyNotBefore(at time.Time) Expectation { return setTime(C.SIGLET_EXPECT_KEY_NOT_BEFORE, at) }

// KeyNotAfter is when it went out of use.
func KeyNotAfter(at time.Time) Expectation { return setTime(C.SIGLET_EXPECT_KEY_NOT_AFTER, at) }

// WitnessPolicy is a C2SP tlog-policy: witnesses must have seen the log's checkpoint.
func WitnessPolicy(policy string) Expectation {
	return func(made *C.siglet_expectation) error {
		text := []byte(policy)
		return asError(C.siglet_expectation_set_witness_policy(made, address(text), C.size_t(len(text))))
	}
}

// TlogThreshold is how many logs there must be, in place of the trust root's instance's number; likewise the others.
func TlogThreshold(count uint32) Expectation { return setThreshold(C.SIGLET_THRESHOLD_TLOG, count) }

// TimestampThreshold is how many observers of the time.
func TimestampThreshold(count uint32) Expectation {
	return setThreshold(C.SIGLET_THRESHOLD_TIMESTAMP, count)
}

// SCTThreshold is how many logs of certificates.
func SCTThreshold(count uint32) Expectation { return setThreshold(C.SIGLET_THRESHOLD_SCT, count) }

// WitnessThreshold is how many witnesses, with a WitnessPolicy.
func WitnessThreshold(count uint32) Expectation {
	return setThreshold(C.SIGLET_THRESHOLD_WITNESS, count)
}

// StatementOnly judges the envelope alone; the request names no artifact then.
func StatementOnly() Expectation {
	return func(made *C.siglet_expectation) error {
		return asError(C.siglet_expectation_set_statement_only(made))
	}
}

// ask makes the library's expectation, which the caller frees.
func ask(trust *C.siglet_trust, expectations []Expectation) (*C.siglet_expectation, error) {
	var made *C.siglet_expectation

	if err := asError(C.siglet_expectation_new(trust, &made)); err != nil {
		return nil, err
	}
	for _, set := range expectations {
		err := usage("an expectation that is nil")
		if set != nil {
			err = set(made)
		}
		if err != nil {
			C.siglet_expectation_free(made)
			return nil, err
		}
	}
	return made, nil
}
