/* SPDX-License-Identifier: MIT */
/* A user's program in C++17: a spinlock, and an object that is shared. */
#include <cstdio>
#include <thread>

#include <ksync/ksync.h>

namespace
{

struct account {
	ksync_refcount_t users = KSYNC_REFCOUNT_INIT(2);
	ksync_spinlock_t lock = KSYNC_SPINLOCK_INIT;
	int cents = 0;
};

int last_seen;

void pay_and_leave(account *a)
{
	ksync_spin_lock(&a->lock);
	a->cents += 5;
	ksync_spin_unlock(&a->lock);
	if (ksync_refcount_dec_and_test(&a->users)) {
		last_seen = a->cents;
		delete a;
	}
}

} // namespace

int main()
{
	account *a = new account;
	std::thread other(pay_and_leave, a);

	pay_and_leave(a);
	other.join();
	std::printf("C++ %ld: the last user saw %d cents\n", __cplusplus,
		    last_seen);
	return last_seen != 10;
}
