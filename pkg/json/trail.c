#include "json/json_internal.h"

static void fold(siglet_json_trail *trail, uint8_t byte)
{
	trail->hash = (trail->hash ^ byte) * 0x100000001b3;
}

void siglet_json_trail_init(siglet_json_trail *trail)
{
	trail->hash = 0xcbf29ce484222325;
}

void siglet_json_trail_step(siglet_json_trail *trail, siglet_json_step step)
{
	fold(trail, (uint8_t)step);
}

void siglet_json_trail_bytes(siglet_json_trail *trail, siglet_slice bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		fold(trail, bytes.ptr[i]);
}

void siglet_json_trail_number(siglet_json_trail *trail, uint64_t number)
{
	for (unsigned i = 0; i < sizeof(number); i++, number >>= 8)
		fold(trail, (uint8_t)number);
}
