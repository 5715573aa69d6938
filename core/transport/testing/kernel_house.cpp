// The kernel's house and its store in memory, built once more for this floor's tests.
#include "kernel/testing/house.cpp"
#include "kernel/testing/memory_store.cpp"
