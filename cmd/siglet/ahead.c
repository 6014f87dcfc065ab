#include "verify.h"

/*
 * Two cores for one file: while the artifact is hashed and the bundle's own signatures are checked, a
 * second thread checks those that the trust root's certificates bear on each other.
 */

static void *work(void *context)
{
	const verify_ahead *ahead = context;

	siglet_trust_prepare(ahead->trust, ahead->bundles);
	return NULL;
}

void verify_ahead_start(verify_ahead *ahead, const siglet_trust *trust,
			const siglet_bundles *bundles)
{
	ahead->trust = trust;
	ahead->bundles = bundles;
	/* Without a thread the verification does the same, later. */
	ahead->is_running = siglet_sys_processors() > 1 &&
			    pthread_create(&ahead->thread, NULL, work, ahead) == 0;
}

void verify_ahead_wait(verify_ahead *ahead)
{
	if (ahead->is_running)
		(void)pthread_join(ahead->thread, NULL);
	ahead->is_running = false;
}
