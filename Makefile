# Hài Lòng: the kiosk, its courier, the server and the operator's command.
#
#   make            builds everything into build/
#   make demo       sets this machine up and shows the whole road
#   make test       sets this machine up and runs every test
#   make help       lists the rest
#
# Variables to set on the command line: CC, CFLAGS, LDFLAGS, BUILD, PREFIX,
# DESTDIR.

PREFIX ?= /usr/local
DESTDIR ?=
BUILD ?= build
CC ?= cc
CFLAGS ?= -O2 -g

VERSION := 0.1.0

.DEFAULT_GOAL := all

# --- The rooms under src/, and which rooms each may include -----------------
# The layering check and the link lines are made from this one list.
NEEDS_common =
NEEDS_sql = common
NEEDS_postgres = sql common
NEEDS_vietnamese = common
NEEDS_i18n = vietnamese common
NEEDS_qr = common
NEEDS_ledger = vietnamese common
NEEDS_survey = ledger i18n vietnamese common
NEEDS_store = ledger sql common
NEEDS_doctor = store i18n vietnamese common
NEEDS_integrity = survey ledger i18n vietnamese common
NEEDS_office = integrity survey ledger postgres sql i18n vietnamese common
NEEDS_report = office qr survey ledger i18n vietnamese common
NEEDS_city = report office survey ledger postgres sql i18n vietnamese common
NEEDS_sync = store ledger common
NEEDS_mail = common
NEEDS_server = city mail report office integrity store qr survey ledger i18n vietnamese common
NEEDS_ui = doctor store survey ledger i18n vietnamese common
NEEDS_operator = doctor sync city report office store qr ledger i18n vietnamese common
ROOMS := common mail sql postgres vietnamese i18n qr ledger survey integrity store doctor \
         office report city sync server ui operator

# Libraries, each in the room that alone includes it.
PKGS_common = jansson inih libsystemd
PKGS_sql = sqlite3
PKGS_postgres = libpq
PKGS_vietnamese = libutf8proc
PKGS_qr = libqrencode
PKGS_ledger = libsodium nettle
PKGS_report = xlsxwriter pangocairo pangoft2 fontconfig
PKGS_mail = libcurl
PKGS_sync = libcurl libssl libcrypto zlib
PKGS_server = libmicrohttpd gnutls zlib
PKGS_ui = sdl2 SDL2_ttf

# Programs: build/<name> is src/<main> and the closure of one room.
PROGRAMS := hailong-kiosk hailong-sync hailong-server hailong
MAIN_hailong-kiosk = main_kiosk
ROOM_hailong-kiosk = ui
MAIN_hailong-sync = main_sync
ROOM_hailong-sync = sync
MAIN_hailong-server = main_server
ROOM_hailong-server = server
MAIN_hailong = main_hailong
ROOM_hailong = operator

# Tests under tests/<room>/ link that room's closure, and what stands here.
ALSO_server = sync
ALSO_sync = server
ALSO_operator = server

# --- Flags ------------------------------------------------------------------
closure = $(sort $(1) $(foreach r,$(NEEDS_$(1)),$(call closure,$(r))))
closures = $(sort $(foreach r,$(1),$(call closure,$(r))))
archives = $(foreach r,$(1),$(BUILD)/lib/$(r).a)
packages = $(sort $(foreach r,$(1),$(PKGS_$(r))))

ALL_PACKAGES := $(call packages,$(ROOMS))
# The one #include of libpq names its folder itself.
PKG_CFLAGS := $(shell pkg-config --cflags $(filter-out libpq,$(ALL_PACKAGES)) 2>/dev/null)
# One look-up for all rooms: LIBS_<room>.
$(foreach r,$(ROOMS),$(eval LIBS_$(r) := $(if $(PKGS_$(r)),$(shell pkg-config --libs $(PKGS_$(r)) 2>/dev/null))))

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 -Wundef \
            -Wno-format-truncation
HARDENING := -fPIE -fstack-protector-strong -fstack-clash-protection \
             -fcf-protection $(if $(filter -O1 -O2 -O3 -Os,$(CFLAGS)),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
OWN_CFLAGS = -std=c11 -D_GNU_SOURCE -pthread $(WARNINGS) $(HARDENING) -Isrc \
             -I$(BUILD)/generated $(PKG_CFLAGS) \
             -DHAILONG_VERSION='"$(VERSION)"' \
             -DHAILONG_ASSETS='"$(PREFIX)/share/hailong"'
# The C library's start files carry no CET notes; without -z ibt and -z shstk the
# linker would drop ours.
OWN_LDFLAGS = -pie -pthread -Wl,-z,relro,-z,now,-z,ibt,-z,shstk,--as-needed

# --- Files ------------------------------------------------------------------
# SQL scripts become C string literals: src/store/kiosk_1.sql is included as
# "store/kiosk_1.sql.h".
SCRIPTS := $(wildcard src/*/*.sql)
GENERATED := $(SCRIPTS:src/%.sql=$(BUILD)/generated/%.sql.h)

define room_rules
SOURCES_$(1) := $$(wildcard src/$(1)/*.c)
$$(BUILD)/lib/$(1).a: $$(SOURCES_$(1):src/%.c=$$(BUILD)/obj/%.o)
endef
$(foreach r,$(ROOMS),$(eval $(call room_rules,$(r))))

SUPPORT_OBJECTS := $(patsubst tests/%.c,$(BUILD)/obj/tests/%.o,$(wildcard tests/support/*.c))
TEST_SOURCES := $(foreach r,$(ROOMS) faults fleet forgery fuzz,$(wildcard tests/$(r)/test_*.c))
TESTS := $(TEST_SOURCES:tests/%.c=$(BUILD)/tests/%)
# These test nothing without a cluster: tests/e2e/postgres.sh gives them one.
ON_POSTGRES_ONLY := $(addprefix $(BUILD)/tests/,postgres/test_postgres postgres/test_pool postgres/test_bulk postgres/test_gather office/test_postgres_schema office/test_postgres_plans office/test_ingest_again office/test_partitions server/test_neighbours server/test_turns server/test_two_clusters server/test_away)

.PHONY: all
all: need-packages $(PROGRAMS:%=$(BUILD)/%)

.PHONY: need-packages
need-packages:
	@pkg-config --exists $(ALL_PACKAGES) || { \
	  echo "Some libraries are missing; run: tools/setup build" >&2; exit 1; }

$(BUILD)/generated/%.sql.h: src/%.sql
	@mkdir -p $(@D)
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/"&\\n"/' $< > $@

$(BUILD)/obj/%.o: src/%.c Makefile | $(GENERATED)
	@mkdir -p $(@D)
	$(CC) $(OWN_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/tests/%.o: tests/%.c Makefile | $(GENERATED)
	@mkdir -p $(@D)
	$(CC) $(OWN_CFLAGS) $(CFLAGS) -Itests -DTEST_SOURCE='"$(CURDIR)"' -DTEST_BUILD='"$(abspath $(BUILD))"' -MMD -MP -c -o $@ $<

$(BUILD)/lib/%.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/lib/tests/support.a: $(SUPPORT_OBJECTS)
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

libraries = $(foreach r,$(1),$(LIBS_$(r))) -lm

define program_rule
$$(BUILD)/$(1): $$(BUILD)/obj/$(MAIN_$(1)).o $$(call archives,$$(call closure,$(ROOM_$(1))))
	$$(CC) $$(OWN_LDFLAGS) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(call libraries,$$(call closure,$(ROOM_$(1))))
endef
$(foreach p,$(PROGRAMS),$(eval $(call program_rule,$(p))))

# Pictures are kept as PNG.
TESTLIBS_ui = -lpng16

define test_rule
$$(BUILD)/tests/$(1)/%: $$(BUILD)/obj/tests/$(1)/%.o $$(BUILD)/lib/tests/support.a $$(call archives,$$(call closures,$(1) $(ALSO_$(1))))
	@mkdir -p $$(@D)
	$$(CC) $$(OWN_LDFLAGS) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(call libraries,$$(call closures,$(1) $(ALSO_$(1)))) -lcmocka $(TESTLIBS_$(1))
endef
$(foreach r,$(ROOMS),$(eval $(call test_rule,$(r))))

# Tests that take over the calls to the disk and to memory: tests/faults.
FAULT_ROOMS = $(call closures,server ui sync)
$(BUILD)/lib/tests/faults.a: $(patsubst tests/%.c,$(BUILD)/obj/tests/%.o,$(filter-out tests/faults/test_%,$(wildcard tests/faults/*.c)))
$(BUILD)/tests/faults/%: $(BUILD)/obj/tests/faults/%.o $(BUILD)/lib/tests/faults.a $(BUILD)/lib/tests/support.a $(call archives,$(FAULT_ROOMS))
	@mkdir -p $(@D)
	$(CC) $(OWN_LDFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup $(call libraries,$(FAULT_ROOMS)) -lcmocka

# Tests that change databases behind their programs' backs: tests/forgery.
FORGERY_ROOMS = $(call closures,operator server)
$(BUILD)/lib/tests/forgery.a: $(patsubst tests/%.c,$(BUILD)/obj/tests/%.o,$(filter-out tests/forgery/test_%,$(wildcard tests/forgery/*.c)))
$(BUILD)/tests/forgery/%: $(BUILD)/obj/tests/forgery/%.o $(BUILD)/lib/tests/forgery.a $(BUILD)/lib/tests/support.a $(call archives,$(FORGERY_ROOMS))
	@mkdir -p $(@D)
	$(CC) $(OWN_LDFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(call libraries,$(FORGERY_ROOMS)) -lcmocka

# Tests that run a program as it is installed.
$(BUILD)/tests/sync/test_program: | $(BUILD)/hailong-sync
$(BUILD)/tests/operator/test_backup $(BUILD)/tests/operator/test_carry: | $(BUILD)/hailong

# Plays many devices against a server, for load tests.
FLEET_OBJECTS := $(patsubst tools/%.c,$(BUILD)/obj/tools/%.o,$(wildcard tools/fleet/*.c))
$(BUILD)/obj/tools/%.o: tools/%.c Makefile | $(GENERATED)
	@mkdir -p $(@D)
	$(CC) $(OWN_CFLAGS) $(CFLAGS) -Itools -MMD -MP -c -o $@ $<
$(BUILD)/hailong-fleet: $(FLEET_OBJECTS) $(call archives,$(call closure,operator))
	$(CC) $(OWN_LDFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(call libraries,$(call closure,operator))

# What a scene of it is, without a server: tests/fleet.
$(BUILD)/obj/tests/fleet/%.o: OWN_CFLAGS += -Itools
$(BUILD)/tests/fleet/%: $(BUILD)/obj/tests/fleet/%.o $(BUILD)/obj/tools/fleet/scene.o $(BUILD)/lib/tests/support.a $(call archives,$(call closure,sync))
	@mkdir -p $(@D)
	$(CC) $(OWN_LDFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(call libraries,$(call closure,sync)) -lcmocka

# Measures the rules for suspicious ratings on invented days.
SIMULATOR_OBJECTS := $(patsubst tools/%.c,$(BUILD)/obj/tools/%.o,$(wildcard tools/simulator/*.c))
$(BUILD)/hailong-simulator: $(SIMULATOR_OBJECTS) $(call archives,$(call closure,integrity))
	$(CC) $(OWN_LDFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(call libraries,$(call closure,integrity))

# Kills the programs at random instants; tests/e2e/crash.sh runs it.
$(BUILD)/tests/crash/crash: $(BUILD)/obj/tests/crash/crash.o $(BUILD)/obj/tests/crash/family.o $(BUILD)/obj/tests/crash/old_lines.o $(call archives,$(call closure,store))
	@mkdir -p $(@D)
	$(CC) $(OWN_LDFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(call libraries,$(call closure,store))

# Tells a server the past of an invented ward, for browsers to look at.
$(BUILD)/tests/e2e/history: $(BUILD)/obj/tests/e2e/history.o $(BUILD)/lib/tests/support.a $(call archives,$(call closures,server sync))
	@mkdir -p $(@D)
	$(CC) $(OWN_LDFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(call libraries,$(call closures,server sync)) -lcmocka

# Plays a citizen at the X server, for the demonstration and the tests.
$(BUILD)/tools/tapper: tools/tapper.c Makefile
	@mkdir -p $(@D)
	$(CC) $(OWN_CFLAGS) $(CFLAGS) $(OWN_LDFLAGS) $(LDFLAGS) -o $@ $< -lX11 -lXtst $(LIBS_common)

# Measures, beside a bare window and a browser; see tests/bench/README.md.
BENCHES := bare_window stopwatch sync_probe backlog ingest_load bare_server plain_lines big_office page_load
BENCH_ROOMS = $(call closures,server sync ui)

$(BUILD)/lib/tests/bench.a: $(BUILD)/obj/tests/bench/family.o

$(BENCHES:%=$(BUILD)/bench/%): $(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(BUILD)/lib/tests/bench.a $(BUILD)/lib/tests/support.a $(call archives,$(BENCH_ROOMS))
	@mkdir -p $(@D)
	$(CC) $(OWN_LDFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group -lX11 -lXtst -lXdamage -lcmocka $(call libraries,$(BENCH_ROOMS))

# Foreign bytes against every reader of them; see tests/fuzz/README.md. clang
# compiles the rooms once more, apart from all else. One test feeds the seeds to
# the same functions, each under a name of its own.
FUZZ_CC ?= clang
FUZZ_SECONDS ?= 60
FUZZ_TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_ROOMS := $(filter-out ui operator,$(ROOMS))
FUZZ_SOURCES := $(foreach r,$(FUZZ_ROOMS),$(wildcard src/$(r)/*.c)) src/ui/setting.c
FUZZ_CFLAGS = -O1 -g -fno-omit-frame-pointer -Wno-unknown-warning-option -U_FORTIFY_SOURCE -fsanitize=address,undefined -fno-sanitize-recover=all

$(BUILD)/fuzz/obj/%.o: src/%.c Makefile | $(GENERATED)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(OWN_CFLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<
$(BUILD)/fuzz/obj/tests/%.o: tests/%.c Makefile | $(GENERATED)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(OWN_CFLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -Itests -MMD -MP -c -o $@ $<
$(BUILD)/fuzz/rooms.a: $(FUZZ_SOURCES:src/%.c=$(BUILD)/fuzz/obj/%.o)
	@rm -f $@
	$(AR) rcs $@ $^
$(FUZZ_TARGETS:%=$(BUILD)/fuzz/fuzz_%): $(BUILD)/fuzz/fuzz_%: $(BUILD)/fuzz/obj/tests/fuzz/fuzz_%.o $(BUILD)/fuzz/obj/tests/fuzz/fuzz.o $(BUILD)/fuzz/rooms.a
	$(FUZZ_CC) $(OWN_LDFLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(call libraries,$(FUZZ_ROOMS))

FUZZ_OBJECTS := $(FUZZ_TARGETS:%=$(BUILD)/obj/tests/fuzz/fuzz_%.o)
$(FUZZ_OBJECTS): OWN_CFLAGS += -DFUZZ_ENTRY=$(patsubst %.o,%,$(@F))
$(BUILD)/tests/fuzz/test_seeds: $(BUILD)/obj/tests/fuzz/test_seeds.o $(BUILD)/obj/tests/fuzz/fuzz.o $(FUZZ_OBJECTS) $(call archives,$(call closures,ui server sync))
	@mkdir -p $(@D)
	$(CC) $(OWN_LDFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(call libraries,$(call closures,ui server sync)) -lcmocka

# Keep objects of the pattern chains.
.SECONDARY:

# --- Tests ------------------------------------------------------------------
.PHONY: test tests test-run test-room
test:
	tools/setup build test
	$(MAKE) --no-print-directory test-run

tests: need-packages $(TESTS)

# Loaded before a program of tests/e2e; never with a sanitizer inside.
$(BUILD)/tests/e2e/machine.so: tests/e2e/machine.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -O2 -Wall -Wextra -shared -fPIC -o $@ $<

test-run: all tests $(BUILD)/tools/tapper $(BUILD)/tests/crash/crash $(BUILD)/hailong-fleet $(BUILD)/tests/e2e/machine.so $(BUILD)/tests/e2e/history
	tools/run-tests $(BUILD) tests/e2e/*.sh $(filter-out $(ON_POSTGRES_ONLY),$(TESTS))

# make test-room ROOM=ledger: the tests of one room, for daily work.
test-room: $(filter $(BUILD)/tests/$(ROOM)/%,$(TESTS))
	tools/run-tests $(BUILD) $(filter-out $(ON_POSTGRES_ONLY),$^)

# The rooms that use the server's database, on PostgreSQL instead of a file; but
# for what is about files, their old schemas, their plans and their copies.
ON_FILES_ONLY := $(addprefix $(BUILD)/tests/,office/test_old_times office/test_plans server/test_old operator/test_backup operator/test_drill)
POSTGRES_TESTS = $(filter-out $(ON_FILES_ONLY),$(foreach r,postgres office report city server operator,$(filter $(BUILD)/tests/$(r)/%,$(TESTS))))
.PHONY: test-postgres test-postgres-run
test-postgres:
	tools/setup build test
	$(MAKE) --no-print-directory test-postgres-run
test-postgres-run: $(POSTGRES_TESTS)
	tools/on-postgres tools/on-postgres tools/run-tests $(BUILD) $^

# Two clusters whose primary is killed under load, again and again.
CYCLES ?= 20
.PHONY: test-failover
test-failover:
	tools/setup build test
	$(MAKE) --no-print-directory all $(BUILD)/hailong-fleet
	BUILD=$(BUILD) tests/failover/failover.sh $(CYCLES)
	BUILD=$(BUILD) LOSE=1 tests/failover/failover.sh 1

# PostgreSQL away for so many seconds, and what comes after that.
AWAY_S ?= 780
.PHONY: test-long-outage
test-long-outage:
	tools/setup build test
	$(MAKE) --no-print-directory all $(BUILD)/tools/tapper $(BUILD)/hailong-fleet
	BUILD=$(BUILD) tests/outage/outage.sh $(AWAY_S)

.PHONY: demo
demo:
	tools/setup build demo
	$(MAKE) --no-print-directory all $(BUILD)/tools/tapper
	tools/demo $(BUILD)

# Whether it all stays as fast over ROWS visits: ten million take 12 GB.
.PHONY: bench-big
bench-big:
	tools/setup build bench
	$(MAKE) --no-print-directory all $(BENCHES:%=$(BUILD)/bench/%)
	$(if $(POSTGRES),HAILONG_SCRATCH=$(or $(FOLDER),$(BUILD)) tools/on-postgres) tools/bench-big $(BUILD) $(ROWS) $(FOLDER)

# Times, memory and rates of the whole, as ratios; asserts nothing. SHORT=1 takes
# less than five minutes.
.PHONY: bench
bench:
	tools/setup build bench
	$(MAKE) --no-print-directory all $(BUILD)/tools/tapper $(BUILD)/hailong-simulator $(BENCHES:%=$(BUILD)/bench/%)
	tools/bench $(BUILD) $(if $(SHORT),--short)

# Pictures of every screen in every size and of every page, and sheets of them.
.PHONY: screenshots
screenshots:
	tools/setup build test
	$(MAKE) --no-print-directory all $(BUILD)/tests/ui/pictures $(BUILD)/tests/e2e/history
	tools/screenshots $(BUILD)
	tools/web-screenshots $(BUILD)

# Every page before axe-core, which npm brings; at a desk's and a telephone's width.
.PHONY: check-pages
check-pages:
	tools/setup build test
	command -v npm >/dev/null || { echo "install npm first" >&2; exit 1; }
	$(MAKE) --no-print-directory all $(BUILD)/tests/e2e/history
	tools/check-pages $(BUILD)

# Every fuzz target for FUZZ_SECONDS; fails on a finding.
.PHONY: fuzz
fuzz:
	tools/setup build fuzz
	$(MAKE) --no-print-directory $(FUZZ_TARGETS:%=$(BUILD)/fuzz/fuzz_%)
	tools/fuzz $(BUILD) $(FUZZ_SECONDS) $(FUZZ_TARGETS)

.PHONY: check
check:
	tools/setup build test check
	tools/check

# The same tests under AddressSanitizer and UndefinedBehaviorSanitizer.
.PHONY: check-asan
check-asan:
	tools/setup build test
	$(MAKE) --no-print-directory test-run BUILD=$(BUILD)/asan \
	  CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"

# The tests of the rooms with threads under ThreadSanitizer. It cannot follow
# the tests of the network, which fork a server while a proxy has threads, nor a window
# of SDL, which waits for ever for a thread that it made itself.
TSAN_TESTS = $(foreach r,store sync server,$(filter-out %/test_network %/test_network_tls,$(filter $(BUILD)/tests/$(r)/%,$(TESTS)))) \
  $(foreach t,kiosk listen sound,$(BUILD)/tests/ui/test_$(t))
.PHONY: check-tsan tsan-run
check-tsan:
	tools/setup build test
	$(MAKE) --no-print-directory tsan-run BUILD=$(BUILD)/tsan CC=gcc \
	  CFLAGS="-O1 -g -fsanitize=thread"
tsan-run: $(TSAN_TESTS)
	tools/run-tests $(BUILD) $^

# The road of tests/e2e with every program under valgrind; some minutes.
.PHONY: check-valgrind
check-valgrind:
	tools/setup build test
	command -v valgrind >/dev/null || { echo "install valgrind first" >&2; exit 1; }
	$(MAKE) --no-print-directory all $(BUILD)/tools/tapper
	BUILD=$(abspath $(BUILD)) sh tests/faults/valgrind.sh

# Hours of faults: the long runs of the tests that draw them at random.
.PHONY: soak
soak:
	tools/setup build test
	$(MAKE) --no-print-directory all $(BUILD)/tools/tapper $(BUILD)/tests/crash/crash $(BUILD)/hailong-fleet \
	  $(SOAK_TESTS:%=$(BUILD)/tests/%)
	tools/soak $(BUILD)
SOAK_TESTS = faults/test_power faults/test_failing_visit faults/test_failing_sync sync/test_network

# --- Install ----------------------------------------------------------------
.PHONY: install
install: all man
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/hailong $(addprefix $(DESTDIR)$(PREFIX)/share/man/,man1 man5 man8)
	install -m 755 $(PROGRAMS:%=$(BUILD)/%) $(DESTDIR)$(PREFIX)/bin
	cp -r assets/. $(DESTDIR)$(PREFIX)/share/hailong/
	install -m 644 $(BUILD)/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 $(BUILD)/man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 $(BUILD)/man/*.8 $(DESTDIR)$(PREFIX)/share/man/man8
	install -D -m 644 tools/completion $(DESTDIR)$(PREFIX)/share/bash-completion/completions/hailong
	for p in $(filter-out hailong,$(PROGRAMS)); do ln -sf hailong $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$p || exit 1; done

# The manual pages, with the options that the programs themselves tell.
.PHONY: man
man: all
	HAILONG_ASSETS=assets tools/man/make $(BUILD) $(VERSION)

# Debian packages in $(BUILD)/deb, and what lintian says of them.
.PHONY: deb
deb:
	tools/setup build deb
	tools/make-deb $(BUILD) $(VERSION)

# Their life on a bare Debian in a folder: install, upgrade and back, removal.
# As root; fetches a system first.
.PHONY: deb-test
deb-test: deb
	tools/deb-test $(BUILD)

# A disk that a counter's machine boots from, and the same booted in an emulator
# with the server beside it: touches, keys, power cut, hang, panels, full disk.
.PHONY: image image-test
image: deb
	tools/setup image
	tools/image/make-image $(BUILD) $(IMAGE_OPTIONS)

image-test: deb
	tools/setup image
	tools/image/test-image $(BUILD) $(CASES)

# Upgrades that go wrong on a machine that runs, in a container of systemd's.
.PHONY: upgrade-test
upgrade-test: deb
	tools/setup deb
	tools/upgrade-test $(BUILD)

# An apt repository, signed by the operator's key: REPO_KEY=… SUITE=pilot; what
# else it takes stands in tools/repo.
REPO ?= $(BUILD)/repo
SUITE ?= pilot
.PHONY: repo repo-test
repo: deb
	tools/setup deb
	tools/repo $(REPO) add $(SUITE) $(foreach p,kiosk server tools,$(BUILD)/deb/hailong-$(p)_$(VERSION)_*.deb)
repo-test: deb
	tools/setup deb
	tools/repo-test $(BUILD)

.PHONY: clean
clean:
	rm -rf $(BUILD)

.PHONY: help
help:
	@echo 'make            build all into $(BUILD)/'
	@echo 'make demo       set up, build, and show the whole road'
	@echo 'make test       set up, build, and run every test'
	@echo 'make test-room ROOM=ledger   the tests of one room'
	@echo 'make test-failover  PostgreSQL killed and replaced under load, CYCLES times (20)'
	@echo 'make test-long-outage  PostgreSQL away for AWAY_S seconds (780) while devices go on'
	@echo 'make test-postgres  the tests of the server on PostgreSQL instead of SQLite'
	@echo 'make bench-big ROWS=10000000  the same rates over years of visits'
	@echo 'make screenshots  every screen in every size and every page, as PNG and sheets'
	@echo 'make check-pages  every page before axe-core (needs npm)'
	@echo 'make bench      set up, build, and measure beside others (SHORT=1: under 5 minutes)'
	@echo 'make fuzz       foreign bytes against every reader, FUZZ_SECONDS=60 each'
	@echo 'make check      warnings as errors, linters, texts, layering'
	@echo 'make check-asan the tests under ASan and UBSan'
	@echo 'make check-tsan the rooms with threads under TSan'
	@echo 'make check-valgrind  the whole road under valgrind'
	@echo 'make deb        Debian packages in $(BUILD)/deb'
	@echo 'make deb-test   installs, upgrades, rolls back and removes them, as root'
	@echo 'make upgrade-test  a new version that hangs or ends is taken back, as root'
	@echo 'make repo       an apt repository in REPO, signed: REPO_KEY=… SUITE=pilot'
	@echo 'make repo-test  a system that takes signed packages, and no others, as root'
	@echo 'make image      a disk image for a counter, as root: IMAGE_OPTIONS="--ssh-key F"'
	@echo 'make image-test boots it in an emulator, touches it, pulls its plug, as root'
	@echo 'make soak       hours of kills, power cuts, bad networks and herds'
	@echo 'make install    into $$(DESTDIR)$$(PREFIX)'
	@echo 'make clean      remove $(BUILD)/'

# For tools/check: the list above, one room a line with what it may include.
.PHONY: print-rooms
print-rooms:
	@$(foreach r,$(ROOMS),echo "$(r): $(NEEDS_$(r))";)

.PHONY: print-flags
print-flags:
	@printf '%s ' $(OWN_CFLAGS)

-include $(shell find $(BUILD)/obj $(BUILD)/fuzz/obj -name '*.d' 2>/dev/null)
