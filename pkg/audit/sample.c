#include "audit/audit_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * Does the log serve the entries that its root covers? Some of them, at random: of a log that lies
 * about a part f of its entries, n of them show it but for a chance of (1 - f)^n.
 */

#define CHECK "sample"
#define BATCH 512

/* ---- drawing ---- */

typedef struct draw {
	siglet_slice seed, name;
	uint64_t counter;
} draw;

static siglet_err *next_number(draw *d, uint64_t *ret_number)
{
	uint8_t counter[8], hash[SIGLET_SHA256_SIZE];
	const siglet_slice parts[] = {
		d->seed,
		siglet_slice_of("\0", 1),
		d->name,
		siglet_slice_of(counter, sizeof(counter)),
	};
	uint64_t number = 0;
	siglet_err *err;

	for (unsigned i = 0; i < 8; i++)
		counter[i] = (uint8_t)(d->counter >> (8 * i));
	d->counter++;
	err = siglet_sha256(parts, SIGLET_COUNT(parts), hash);
	if (err != NULL)
		return err;
	for (unsigned i = 0; i < 8; i++)
		number = number << 8 | hash[i];
	*ret_number = number;
	return NULL;
}

/* Each as likely as the other: what is left above the last whole multiple of size is drawn again. */
siglet_err *siglet_audit_draw(siglet_slice seed, siglet_slice name, uint64_t size, size_t count,
			      uint64_t *ret_indexes)
{
	draw d = { seed, name, 0 };
	const uint64_t most = UINT64_MAX - (UINT64_MAX % size + 1) % size;

	for (size_t i = 0; i < count;) {
		uint64_t number = 0;
		siglet_err *err = next_number(&d, &number);

		if (err != NULL)
			return err;
		if (number <= most)
			ret_indexes[i++] = number % size;
	}
	return NULL;
}

/* ---- how large the log is, over all its trees ---- */

static siglet_err *add_size(void *context, audit_tree *tree)
{
	uint64_t *size = context;
	const uint64_t more = tree->fresh.checkpoint.size;

	if (more > SIGLET_MERKLE_MAX_SIZE - *size)
		return siglet_err_new(SIGLET_E_RANGE, "more entries than can be counted");
	*size += more;
	return NULL;
}

/* ---- one log ---- */

typedef struct sampling {
	const siglet_audit *audit;
	size_t wanted;
	siglet_slice seed;
	/* of one log */
	audit_finding sum;
	bool failed;
} sampling;

/* Of what is wrong, each entry that is served wrongly is told, and the first of all else. */
static void count_one(void *context, const siglet_audit_report *report)
{
	sampling *s = context;
	siglet_audit_report *sum = &s->sum.report;
	const bool is_first = !s->failed;

	if (report->to.is_there) {
		sum->to = report->to;
		sum->has_age = report->has_age;
		sum->age_s = report->age_s;
		sum->cosigned = report->cosigned;
	}
	if (siglet_audit_verdict_is_good(report->verdict)) {
		sum->checked++;
		return;
	}
	s->failed = true;
	sum->skipped++;
	if (siglet_audit_verdict_is_refusal(report->verdict) &&
	    !siglet_audit_verdict_is_refusal(sum->verdict))
		sum->verdict = report->verdict;
	if (is_first || report->verdict == SIGLET_AUDIT_DATA_MISMATCH)
		s->audit->tell(s->audit->context, report);
}

static void check_batch(sampling *s, const audit_log *log, const uint64_t *indexes, size_t count,
			audit_claim *claims)
{
	siglet_audit audit = *s->audit;

	audit.tell = count_one;
	audit.context = s;
	for (size_t i = 0; i < count; i++) {
		siglet_audit_claim_init(&claims[i], CHECK);
		claims[i].log = *log;
		claims[i].has_index = true;
		claims[i].index = indexes[i];
		claims[i].wants_entry = true;
		claims[i].drops_entry = true;
	}
	siglet_audit_claims_settle(&audit, claims, count);
	for (size_t i = 0; i < count; i++)
		siglet_audit_claim_clear(&claims[i]);
}

static int by_number(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static siglet_err *check_drawn(sampling *s, const audit_log *log, uint64_t size)
{
	uint64_t *indexes = siglet_calloc(s->wanted, sizeof(*indexes));
	audit_claim *claims = siglet_calloc(BATCH, sizeof(*claims));
	siglet_err *err = indexes == NULL || claims == NULL ? siglet_err_nomem() : NULL;

	if (err == NULL)
		err = siglet_audit_draw(s->seed, log->name, size, s->wanted, indexes);
	if (err == NULL) {
		/* Neighbours are under the same tiles. */
		qsort(indexes, s->wanted, sizeof(*indexes), by_number);
		for (size_t at = 0; at < s->wanted; at += BATCH)
			check_batch(s, log, indexes + at,
				    s->wanted - at < BATCH ? s->wanted - at : BATCH, claims);
	}
	free(claims);
	free(indexes);
	return err;
}

static siglet_err *tell_sum(sampling *s, const audit_log *log, siglet_err *err)
{
	siglet_audit_report *sum = &s->sum.report;
	siglet_buf detail;
	siglet_err *unsaid;

	siglet_buf_init(&detail, 1024);
	unsaid = siglet_buf_printf(&detail, "drawn with --n %zu --seed %s", s->wanted,
				   siglet_text_printable(s->seed).text);
	if (unsaid == NULL) {
		sum->detail = siglet_buf_text(&detail);
		sum->origin = log->name;
		if (err == NULL && !s->failed && sum->checked == s->wanted)
			sum->verdict = SIGLET_AUDIT_INCLUDED;
		siglet_audit_finding_tell(s->audit, &s->sum, err);
		err = NULL;
	}
	siglet_buf_clear(&detail);
	siglet_err_free(err);
	return unsaid;
}

static siglet_err *sample_log(void *context, const audit_log *log)
{
	sampling *s = context;
	uint64_t size = 0;
	siglet_buf bad;
	siglet_err *err;

	siglet_buf_init(&bad, SIGLET_MAX_NOTE_BYTES);
	siglet_audit_finding_init(&s->sum, CHECK);
	s->failed = false;
	err = siglet_audit_each_tree(s->audit, log, add_size, &size, &bad);
	if (err != NULL)
		err = siglet_audit_see_bad(s->audit, log, &bad, err, &s->sum);
	else if (size == 0)
		err = siglet_err_new(SIGLET_E_MISSING, "the log has no entry");
	else
		err = check_drawn(s, log, size);
	err = tell_sum(s, log, err);
	siglet_audit_finding_clear(&s->sum);
	siglet_buf_clear(&bad);
	return err;
}

siglet_err *siglet_audit_sample(const siglet_audit *audit, size_t count, siglet_slice seed)
{
	sampling s = { .audit = audit, .wanted = count, .seed = seed };

	if (count == 0 || count > SIGLET_AUDIT_MAX_SAMPLE)
		return siglet_err_new(SIGLET_E_USAGE, "1 to %d entries can be drawn",
				      SIGLET_AUDIT_MAX_SAMPLE);
	if (!siglet_audit_can_ask(audit))
		return siglet_err_hint(siglet_err_new(SIGLET_E_USAGE, "there is nobody to ask"),
				       "with --offline, --from must name a folder");
	return siglet_audit_each_log(audit, sample_log, &s);
}
