package siglet

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// DEMO names the demo's real artifact.
var (
	artifact   = os.Getenv("DEMO")
	bundleFile = artifact + ".sigstore.json"
	content    = mustRead(artifact)
	bundle     = mustRead(bundleFile)
	digest     = fmt.Sprintf("sha256:%x", sha256.Sum256(content))
	beside     = Request{File: artifact}
	github     = GitHub("prefix-dev/sigstore-example")
)

const (
	identity = "https://github.com/prefix-dev/sigstore-example/.github/workflows/action.yaml@refs/heads/main"
	issuer   = "https://token.actions.githubusercontent.com"
)

func mustRead(path string) []byte {
	data, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return data
}

// changedBundle has another character in its signature.
func changedBundle() []byte {
	const before = `"sig":"`
	at := bytes.Index(bundle, []byte(before)) + len(before) + 20
	changed := bytes.Clone(bundle)
	if changed[at] == 'A' {
		changed[at] = 'B'
	} else {
		changed[at] = 'A'
	}
	return changed
}

func shipped(t *testing.T, instance string) *TrustRoot {
	t.Helper()
	root, err := Shipped(instance)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestAcceptsEveryArtifactWithEveryBundle(t *testing.T) {
	for _, a := range []Request{{File: artifact}, {Data: content}, {Digest: digest}} {
		for _, b := range []Request{{BundleFile: bundleFile}, {Bundle: bundle}} {
			a.BundleFile, a.Bundle = b.BundleFile, b.Bundle
			if _, err := Verify(a, Identity(identity), Issuer(issuer)); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestSaysWhoSigned(t *testing.T) {
	verdict, err := Verify(beside, github)
	if err != nil {
		t.Fatal(err)
	}
	var predicate struct{ TargetChannel string }
	if err := json.Unmarshal(verdict.Predicate, &predicate); err != nil || predicate.TargetChannel != "https://prefix.dev/sigstore-example" {
		t.Error(string(verdict.Predicate))
	}
	if !verdict.Accepted || verdict.Identity != identity || verdict.Issuer != issuer || verdict.Rule != "" ||
		verdict.Extensions["source-repository-uri"] != "https://github.com/prefix-dev/sigstore-example" ||
		!verdict.Time.Equal(time.Date(2025, 9, 1, 12, 13, 59, 0, time.UTC)) ||
		!strings.HasPrefix(verdict.Kind, "attested: ") || !strings.Contains(verdict.Explanation, "log.promise") ||
		!strings.Contains(string(verdict.Report), artifact) || verdict.Warning != "" {
		t.Errorf("%+v", verdict)
	}
}

func TestAcceptsAllThatCanBeExpected(t *testing.T) {
	_, err := Verify(beside, github, Workflow("action.yaml"), Ref("refs/heads/main"),
		Require("runner-environment", "github-hosted"), Require("build-trigger", "push"),
		Type("https://schemas.conda.org/attestations-publish-1.schema.json"),
		SignedAfter(time.Date(2025, 9, 1, 0, 0, 0, 0, time.UTC)),
		TlogThreshold(1), TimestampThreshold(1), SCTThreshold(1))
	if err != nil {
		t.Error(err)
	}
	verdict, err := Verify(beside, IdentityPattern("https://github.com/prefix-dev/.*"), IssuerPattern(".*"))
	if err != nil || verdict.Warning == "" {
		t.Error(err)
	}
	if verdict, err = Verify(Request{Bundle: bundle}, github, StatementOnly()); err != nil || verdict.Accepted != true {
		t.Error(err)
	}
}

func TestTrustRoots(t *testing.T) {
	root, err := Current("public", Store{Folder: filepath.Join(t.TempDir(), "kept"), Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if root.Source() != "public" || root.Origin() != "shipped" || !root.Refreshed().Before(root.Expires()) {
		t.Error(root.Source(), root.Origin(), root.Refreshed(), root.Expires(), root.Warning())
	}
	if _, err := root.Verify(beside, github); err != nil {
		t.Error(err)
	}
}

func TestAnInstanceOfOnesOwn(t *testing.T) {
	config, signed := os.Getenv("CONFIG"), os.Getenv("SIGNED")
	if config == "" {
		t.Skip("no CONFIG, SIGNED, WHO and ISSUER of an instance")
	}
	root, err := FromConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	who := []Expectation{Identity(os.Getenv("WHO")), Issuer(os.Getenv("ISSUER"))}
	verdict, err := root.Verify(Request{File: signed}, who...)
	if err != nil || verdict.Kind != "signed" || verdict.Predicate != nil {
		t.Error(err, verdict)
	}
	longer := append(mustRead(signed), 'x')
	if verdict, err = root.Judge(Request{Data: longer, BundleFile: signed + ".sigstore.json"}, who...); err != nil || verdict.Accepted {
		t.Error(err, verdict)
	}
	if verdict, err = Judge(Request{File: signed}, who...); err != nil || verdict.Accepted {
		t.Error(err, verdict)
	}
	var parts struct{ TrustedRoot json.RawMessage }
	if err = json.Unmarshal(mustRead(config), &parts); err != nil {
		t.Fatal(err)
	}
	root, err = FromJSON(parts.TrustedRoot, "memory")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = root.Verify(Request{File: signed}, who...); err != nil {
		t.Error(err)
	}
}

func refuses(t *testing.T, rule string, root *TrustRoot, request Request, expectations ...Expectation) *Verdict {
	t.Helper()
	verdict, err := root.Judge(request, expectations...)
	if err != nil || verdict.Accepted || verdict.Rule != rule {
		t.Fatalf("%v %+v", err, verdict)
	}
	none, err := root.Verify(request, expectations...)
	var refused *Refused
	if none != nil || !errors.As(err, &refused) || refused.Verdict.Rule != rule {
		t.Fatal(err)
	}
	return verdict
}

func TestRefusesWhatWasChanged(t *testing.T) {
	root := shipped(t, "public")
	changed := bytes.Clone(content)
	changed[len(changed)-1] ^= 1
	file := filepath.Join(t.TempDir(), "changed")
	if err := os.WriteFile(file, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, request := range []Request{{Data: changed}, {File: file}, {Data: []byte{}}, {Digest: "sha256:" + strings.Repeat("0", 64)}} {
		request.BundleFile = bundleFile
		refuses(t, "statement.subject", root, request, github)
	}
	if verdict := refuses(t, "signature", root, Request{File: artifact, Bundle: changedBundle()}, github); verdict.Code != "mismatch" {
		t.Error(verdict.Code)
	}
	for _, text := range []string{"", "{}", "[", string(bundle[:len(bundle)-3]), string(bundle) + "x", "\x00\x00"} {
		refuses(t, "bundle", root, Request{File: artifact, Bundle: []byte(text)}, github)
	}
	if verdict := refuses(t, "bundle", root, Request{File: file}, github); !strings.Contains(verdict.Hint, ".sigstore.json") {
		t.Error(verdict.Hint)
	}
}

func TestRefusesEachThingThatIsExpected(t *testing.T) {
	root := shipped(t, "public")
	for _, c := range []struct {
		rule     string
		expected []Expectation
	}{
		{"identity.san", []Expectation{Identity(identity + "x"), Issuer(issuer)}},
		{"identity.issuer", []Expectation{Identity(identity), Issuer("https://example.com")}},
		{"identity.repository", []Expectation{GitHub("prefix-dev/other")}},
		{"identity.workflow", []Expectation{github, Workflow("other.yaml")}},
		{"identity.ref", []Expectation{github, Ref("refs/heads/other")}},
		{"identity.extension", []Expectation{github, Require("build-trigger", "pull_request")}},
		{"statement.type", []Expectation{github, Type("slsaprovenance1")}},
		{"time.signed-after", []Expectation{github, SignedAfter(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))}},
		{"log.threshold", []Expectation{github, TlogThreshold(2)}},
		{"time.threshold", []Expectation{github, TimestampThreshold(2)}},
		{"certificate.sct-threshold", []Expectation{github, SCTThreshold(2)}},
		{"identity.san", []Expectation{IdentityPattern("https://github.com"), Issuer(issuer)}},
	} {
		refuses(t, c.rule, root, beside, c.expected...)
	}
	verdict, err := shipped(t, "staging").Judge(beside, github)
	if err != nil || verdict.Accepted || !strings.Contains(verdict.Hint, "public") {
		t.Error(err, verdict)
	}
	two := append(append(append(bytes.Clone(bytes.TrimSpace(bundle)), '\n'), bytes.TrimSpace(changedBundle())...), '\n')
	if _, err := Verify(Request{File: artifact, Bundle: two}, github); err != nil {
		t.Error(err)
	}
	refuses(t, "signature", root, Request{File: artifact, Bundle: two, All: true}, github)
}

func fails(t *testing.T, status Status, code string, err error) {
	t.Helper()
	var failed *Error
	if !errors.As(err, &failed) || failed.Status != status || failed.Code != code {
		t.Errorf("%v", err)
	}
}

func TestFailsWhereTheCallMakesNoSense(t *testing.T) {
	for _, c := range []struct {
		request  Request
		expected []Expectation
	}{
		{beside, nil},
		{beside, []Expectation{nil}},
		{beside, []Expectation{Identity(identity)}},
		{beside, []Expectation{Identity(""), Issuer(issuer)}},
		{beside, []Expectation{Identity(identity + "\x00"), Issuer(issuer)}},
		{beside, []Expectation{GitHub("")}},
		{beside, []Expectation{github, github}},
		{beside, []Expectation{github, Workflow("")}},
		{beside, []Expectation{github, Ref("")}},
		{beside, []Expectation{github, Type("")}},
		{beside, []Expectation{github, Require("", "")}},
		{beside, []Expectation{github, SignedAfter(time.Time{})}},
		{beside, []Expectation{github, StatementOnly()}},
		{beside, []Expectation{IdentityPattern("("), Issuer(issuer)}},
		{beside, []Expectation{IdentityPattern(""), Issuer(issuer)}},
		{Request{}, []Expectation{github}},
		{Request{File: artifact + "\x00"}, []Expectation{github}},
		{Request{Data: content}, []Expectation{github}},
		{Request{Bundle: bundle}, []Expectation{github}},
		{Request{File: artifact, Data: content}, []Expectation{github}},
		{Request{File: artifact, Bundle: bundle, BundleFile: bundleFile}, []Expectation{github}},
		{Request{Digest: "sha256:00", Bundle: bundle}, []Expectation{github}},
	} {
		_, err := Judge(c.request, c.expected...)
		fails(t, StatusUsage, "usage", err)
	}
	_, err := Judge(beside, github, WitnessPolicy("\x00"))
	fails(t, StatusUnreadable, "io", err)
}

func TestFailsWhereSomethingIsMissing(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	for _, request := range []Request{{File: none, Bundle: bundle}, {File: artifact, BundleFile: none}, {File: t.TempDir(), Bundle: bundle}} {
		_, err := Judge(request, github)
		fails(t, StatusUnreadable, "io", err)
	}
	_, err := Shipped("nowhere")
	fails(t, StatusUsage, "usage", err)
	_, err = Shipped("public\x00")
	fails(t, StatusUsage, "usage", err)
	_, err = FromFile(none)
	fails(t, StatusUnreadable, "io", err)
	_, err = FromConfig(none)
	fails(t, StatusUnreadable, "io", err)
	_, err = FromJSON(nil, "nothing")
	fails(t, StatusUnreadable, "io", err)
	_, err = Current("nowhere", Store{Folder: t.TempDir(), Offline: true})
	fails(t, StatusUsage, "usage", err)
}

func TestAClosedRoot(t *testing.T) {
	root := shipped(t, "public")
	if root.Close() != nil || root.Close() != nil || root.Source() != "" {
		t.Error("closed twice")
	}
	_, err := root.Judge(beside, github)
	fails(t, StatusUsage, "usage", err)
	root = nil
	_, err = root.Verify(beside, github)
	fails(t, StatusUsage, "usage", err)
	if root.Close() != nil || root.Origin() != "" || root.Warning() != "" {
		t.Error("no root")
	}
}

func TestARootThatIsClosedWhileItIsUsed(t *testing.T) {
	for round := 0; round < 5; round++ {
		root := shipped(t, "public")
		var users sync.WaitGroup
		for i := 0; i < 16; i++ {
			users.Add(1)
			go func() {
				defer users.Done()
				for {
					verdict, err := root.Judge(Request{Data: content, Bundle: bundle}, github)
					if err != nil {
						fails(t, StatusUsage, "usage", err) // closed meanwhile
						return
					}
					if !verdict.Accepted {
						t.Error(verdict.Line)
						return
					}
				}
			}()
		}
		runtime.Gosched()
		root.Close()
		users.Wait()
	}
}

func TestARootThatIsCollectedWhileItIsUsed(t *testing.T) {
	var users sync.WaitGroup
	for i := 0; i < 8; i++ {
		users.Add(1)
		go func() {
			defer users.Done()
			for j := 0; j < 10; j++ {
				verdict, err := shipped(t, "public").Judge(Request{Data: bytes.Clone(content), Bundle: bytes.Clone(bundle)}, github)
				if err != nil || !verdict.Accepted {
					t.Error(err, verdict)
				}
			}
		}()
	}
	for i := 0; i < 20; i++ {
		runtime.GC()
	}
	users.Wait()
}

// kilobytes of this process that are in memory.
func kilobytes(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("no /proc here")
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	number, err := strconv.Atoi(strings.Fields(after)[0])
	if err != nil {
		t.Skip(err)
	}
	return number
}

// grows says by how many KiB this process grew when do was done a second time.
func grows(t *testing.T, count int, do func(i int)) int {
	var sizes [3]int

	for round := range sizes {
		for i := 0; i < count; i++ {
			do(i)
		}
		runtime.GC()
		time.Sleep(10 * time.Millisecond) // for finalizers
		runtime.GC()
		sizes[round] = kilobytes(t)
	}
	return sizes[2] - sizes[1]
}

func TestMemoryDoesNotGrow(t *testing.T) {
	root := shipped(t, "public")
	request := Request{Data: content, Bundle: bundle}
	for what, grown := range map[string]int{
		"roots": grows(t, 100, func(i int) {
			if root := shipped(t, "public"); i%2 == 0 {
				root.Close()
			}
		}),
		"verdicts": grows(t, 1000, func(int) { _, _ = root.Judge(request, github) }),
		"errors":   grows(t, 30000, func(int) { _, _ = root.Judge(request) }),
	} {
		if grown > 3072 {
			t.Errorf("%s: %d KiB", what, grown)
		}
	}
}
