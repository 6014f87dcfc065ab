#include "base/base.h"

#include "../lib/check.h"

int main(void)
{
	siglet_buf b;
	siglet_buf_init(&b, 16);
	OK_SUCCESS(siglet_base64_decode(siglet_slice_str("aGk="), &b), "base64 decodes");
	OK(siglet_slice_is(siglet_buf_slice(&b), "hi"), "to what it stands for");
	siglet_buf_clear(&b);
	return tap_done();
}
