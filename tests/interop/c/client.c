// A client for shmring segments in C, written from docs/format.md alone. It serves both kinds of ring at both ends:
//
//	client send PATH ID COUNT     attach as a producer and send COUNT numbered records
//	client recv PATH              receive until the end of the stream; print how many records each producer sent
//	client claim PATH             MPSC: claim a record, say so, and never finish it
//
// A record is: producer's id (u64), number (u64), then up to 499 bytes that follow from the number.
#include "ring.h"

#include "producer.h"

#include "consumer.h"

static uint32_t fill(uint8_t *b, uint64_t id, uint64_t i) {
	uint32_t n = 16 + i * 7919 % 500;
	memcpy(b, &id, 8);
	memcpy(b + 8, &i, 8);
	for (uint32_t j = 16; j < n; j++)
		b[j] = (uint8_t)(i + j);
	return n;
}

int main(int argc, char **argv) {
	uint8_t b[1024];
	if (argc == 5 && !strcmp(argv[1], "send")) {
		struct producer p = {0};
		attach_producer(&p, argv[2]);
		for (uint64_t i = 0, count = strtoull(argv[4], NULL, 10); i < count; i++)
			send_record(&p, b, fill(b, strtoull(argv[3], NULL, 10), i));
		close_producer(&p);
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "recv")) {
		struct consumer c = {0};
		uint64_t next[16] = {0};
		uint32_t n;
		const uint8_t *payload;
		attach_consumer(&c, argv[2]);
		puts("ready");
		fflush(stdout);
		while ((payload = receive(&c, &n))) {
			uint64_t id = n < 16 ? 16 : read64(payload);
			if (id >= 16 || fill(b, id, next[id]) != n || memcmp(b, payload, n))
				die("wrong record");
			next[id]++;
		}
		for (int id = 0; id < 16; id++)
			printf("%llu%c", (unsigned long long)next[id], id < 15 ? ' ' : '\n');
		flush(&c);
		leave(&c.r, 0);
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "claim")) {
		struct producer p = {0};
		attach_producer(&p, argv[2]);
		place(&p, 64);
		puts("claimed");
		fflush(stdout);
		pause();
	}
	fputs("usage: client send PATH ID COUNT | recv PATH | claim PATH\n", stderr);
	return 2;
}
