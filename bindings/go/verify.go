package siglet

/*
#include <stdlib.h>
#include "judge.h"
*/
import "C"

import (
	"encoding/json"
	"time"
	"unsafe"
)

// Request says what is asked about, and where its bundle is.
type Request struct {
	// One of three, or none with StatementOnly().
	File   string
	Digest string // "sha256:HEX", "sha384:HEX" or "sha512:HEX"
	Data   []byte // the content; not nil, also where it is empty
	// One of two; with neither it lies beside File, as FILE.sigstore.json and so on.
	BundleFile string
	Bundle     []byte // its content
	All        bool   // every bundle must be good; else one is enough
}

// Verdict is the answer: a value, that holds nothing of the library's.
type Verdict struct {
	Accepted bool
	Line     string // for people: who signed what, when, how it was logged; or why it is refused
	// Of a refusal: the rule's stable name (docs/checks.md), the kind of fault, why, and what to do.
	Rule, Code, Message, Hint string
	Kind                      string // accepted: "signed" or "attested: TYPE"
	// The certificate's SAN, issuer and extensions, once its chain was verified.
	Identity, Issuer string
	Extensions       map[string]string
	Time             time.Time       // the earliest verified one; zero: none
	Predicate        json.RawMessage // of an accepted attestation
	Report           json.RawMessage // everything (docs/json.md)
	Explanation      string          // every check, for people
	Warning          string          // about the question: such as a pattern that accepts any text
}

// address of bytes that C reads during one call. Not NULL where there are none of them.
func address(data []byte) unsafe.Pointer {
	if data != nil && len(data) == 0 {
		data = []byte{0}
	}
	return unsafe.Pointer(unsafe.SliceData(data))
}

// Verify asks whether the artifact is what was expected to be signed, under the public instance's root as shipped. The
// error is a *Refused where the answer is no.
func Verify(request Request, expectations ...Expectation) (*Verdict, error) {
	root, err := public()
	if err != nil {
		return nil, err
	}
	return root.Verify(request, expectations...)
}

// Judge is as Verify, but a refusal is an answer: look at Accepted.
func Judge(request Request, expectations ...Expectation) (*Verdict, error) {
	root, err := public()
	if err != nil {
		return nil, err
	}
	return root.Judge(request, expectations...)
}

// Verify is as the function, under this root.
func (r *TrustRoot) Verify(request Request, expectations ...Expectation) (*Verdict, error) {
	verdict, err := r.Judge(request, expectations...)
	if err != nil {
		return nil, err
	}
	if !verdict.Accepted {
		return nil, &Refused{Verdict: verdict}
	}
	return verdict, nil
}

// Judge is as the function, under this root.
func (r *TrustRoot) Judge(request Request, expectations ...Expectation) (verdict *Verdict, err error) {
	if err := checkText(request.File, request.Digest, request.BundleFile); err != nil {
		return nil, err
	}
	err = r.use(func(trust *C.siglet_trust) error {
		asked, err := ask(trust, expectations)
		if err != nil {
			return err
		}
		defer C.siglet_expectation_free(asked)
		verdict, err = judge(trust, asked, &request)
		return err
	})
	return verdict, err
}

func judge(trust *C.siglet_trust, asked *C.siglet_expectation, r *Request) (*Verdict, error) {
	var t texts
	var answer C.judge_answer

	defer func() { t.free() }()
	err := C.judge(trust, asked, t.addIf(r.File), t.addIf(r.Digest), address(r.Data), C.size_t(len(r.Data)),
		t.addIf(r.BundleFile), address(r.Bundle), C.size_t(len(r.Bundle)), C.bool(r.All), &answer)
	if err != nil {
		return nil, asError(err)
	}
	defer C.judge_clear(&answer)
	verdict, problem := read(&answer)
	if problem == nil {
		verdict.Warning = C.GoString(C.siglet_expectation_warning(asked))
	}
	return verdict, problem
}

func read(answer *C.judge_answer) (*Verdict, error) {
	var report struct {
		Rule, Code, Message, Hint, Kind string
		Identity                        struct {
			SAN        string `json:"san"`
			Issuer     string
			Extensions map[string]string
		}
	}

	text := C.GoString(answer.json)
	if err := json.Unmarshal([]byte(text), &report); err != nil || answer.line == nil {
		return nil, &Error{Status: StatusInternal, Code: "internal", Message: "the report can't be read"}
	}
	verdict := &Verdict{
		Accepted: bool(answer.accepted), Line: C.GoString(answer.line),
		Rule: report.Rule, Code: report.Code, Message: report.Message, Hint: report.Hint, Kind: report.Kind,
		Identity: report.Identity.SAN, Issuer: report.Identity.Issuer, Extensions: report.Identity.Extensions,
		Report: json.RawMessage(text), Explanation: C.GoString(answer.explanation),
	}
	if answer.has_time {
		verdict.Time = time.Unix(int64(answer.time_s), 0).UTC()
	}
	if answer.predicate != nil {
		verdict.Predicate = json.RawMessage(string(unsafe.Slice((*byte)(unsafe.Pointer(answer.predicate)), answer.predicate_len)))
	}
	return verdict, nil
}
