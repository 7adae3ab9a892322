// A program that does nothing. What it opens before its main is not our doing but that of the
// sanitizer under it, which differs from one compiler to the next; the test of descriptors compares
// with it.

int main() {}
