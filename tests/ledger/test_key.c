#include "common/file.h"
#include "common/ids.h"
#include "ledger/box.h"
#include "ledger/digest.h"
#include "ledger/key.h"
#include "support/scratch.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

// RFC 8032, section 7.1, tests 1 and 2.
struct vector {
    const char *seed, *public_key, *message, *signature;
};
static const struct vector vectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb88215"
     "90a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e4"
     "3e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"}};

struct folder {
    char name[SCRATCH_SIZE];
    char file[SCRATCH_SIZE + 16];
};

static int make_folder(void **state)
{
    static struct folder folder;
    scratch_make(folder.name);
    snprintf(folder.file, sizeof folder.file, "%s/secret", folder.name);
    *state = &folder;
    return 0;
}

static int remove_folder(void **state)
{
    struct folder *folder = *state;
    scratch_remove(folder->name);
    return 0;
}

static void write_text(const char *path, const char *text, mode_t mode)
{
    assert_true(file_replace(path, text, strlen(text), mode));
}

// A key file is the seed in base64, so a published seed makes a published key.
static void load_seed(const char *path, const char *seed_hex, struct key *out)
{
    unsigned char seed[32];
    struct buf text = {0};
    assert_true(hex_decode(seed_hex, strlen(seed_hex), seed, sizeof seed));
    base64_append(seed, sizeof seed, &text);
    buf_append_char(&text, '\n');
    write_text(path, buf_text(&text), 0600);
    buf_free(&text);
    assert_true(key_load(path, out));
}

static void test_ed25519_vectors(void **state)
{
    struct folder *folder = *state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        const struct vector *v = &vectors[i];
        struct key key;
        unsigned char message[8], expected[KEY_SIGNATURE_BYTES];
        char public_hex[2 * KEY_PUBLIC_BYTES + 1];
        char signature[KEY_SIGNATURE_BASE64_SIZE];
        struct buf base64 = {0};
        size_t size = strlen(v->message) / 2;
        load_seed(folder->file, v->seed, &key);
        hex_encode(key.public_key, KEY_PUBLIC_BYTES, public_hex);
        assert_string_equal(public_hex, v->public_key);
        assert_true(hex_decode(v->message, 2 * size, message, size));
        assert_true(hex_decode(v->signature, 128, expected, sizeof expected));
        base64_append(expected, sizeof expected, &base64);
        key_sign(&key, message, size, signature);
        assert_string_equal(signature, buf_text(&base64));
        assert_true(key_verify(key.public_key, message, size, signature));
        buf_free(&base64);
    }
}

static void test_verify_refuses(void **state)
{
    (void)state;
    struct key key, other;
    char signature[KEY_SIGNATURE_BASE64_SIZE];
    key_make(&key);
    key_make(&other);
    key_sign(&key, "phường", 8, signature);
    assert_true(key_verify(key.public_key, "phường", 8, signature));
    assert_false(key_verify(key.public_key, "phuong", 6, signature));
    assert_false(key_verify(other.public_key, "phường", 8, signature));
    assert_false(key_verify(key.public_key, "phường", 8, ""));
    assert_false(key_verify(key.public_key, "phường", 8, "AAAA"));
    signature[10] = signature[10] == 'A' ? 'B' : 'A';
    assert_false(key_verify(key.public_key, "phường", 8, signature));
}

static void test_public_key_text(void **state)
{
    (void)state;
    struct key key;
    unsigned char back[KEY_PUBLIC_BYTES];
    char text[KEY_PUBLIC_BASE64_SIZE];
    key_make(&key);
    key_public_base64(key.public_key, text);
    assert_int_equal(strlen(text), 44);
    assert_true(key_public_parse(text, back));
    assert_memory_equal(back, key.public_key, sizeof back);
    text[43] = '\0';
    assert_false(key_public_parse(text, back));
}

static void test_file_keeps_the_key(void **state)
{
    struct folder *folder = *state;
    struct key key, back;
    struct stat st;
    key_make(&key);
    assert_true(key_save(folder->file, &key));
    assert_int_equal(stat(folder->file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(key_load(folder->file, &back));
    assert_memory_equal(&back, &key, sizeof key);
    key_wipe(&back);
    unsigned char sum = 0;
    for (size_t i = 0; i < sizeof back; i++)
        sum |= ((unsigned char *)&back)[i];
    assert_int_equal(sum, 0);
}

static void test_file_refused(void **state)
{
    struct folder *folder = *state;
    struct key key;
    struct box_key box;
    assert_false(key_load(folder->file, &key));
    assert_int_equal(errno, ENOENT);
    write_text(folder->file, "not a key\n", 0600);
    assert_false(key_load(folder->file, &key));
    assert_int_equal(errno, EINVAL);
    assert_false(box_load(folder->file, &box));
    key_make(&key);
    assert_true(key_save(folder->file, &key));
    assert_int_equal(chmod(folder->file, 0640), 0);
    assert_false(key_load(folder->file, &key));
    assert_int_equal(errno, EPERM);
}

static void test_box_opens_only_for_its_key(void **state)
{
    (void)state;
    static const char comment[] = "Cán bộ hướng dẫn rất tận tình.";
    struct box_key box, other;
    struct buf sealed = {0}, opened = {0};
    box_make(&box);
    box_make(&other);
    assert_true(box_seal(box.public_key, comment, strlen(comment), &sealed));
    assert_null(strstr(sealed.data, "tận"));
    assert_false(box_open(&other, sealed.data, sealed.size, &opened));
    assert_int_equal(opened.size, 0);
    assert_true(box_open(&box, sealed.data, sealed.size, &opened));
    assert_string_equal(buf_text(&opened), comment);
    buf_clear(&opened);
    sealed.data[20] = sealed.data[20] == 'A' ? 'B' : 'A';
    assert_false(box_open(&box, sealed.data, sealed.size, &opened));
    assert_false(box_open(&box, "AAAA", 4, &opened));
    assert_false(box_open(&box, "", 0, &opened));
    buf_free(&sealed);
    buf_free(&opened);
}

static void test_box_file(void **state)
{
    struct folder *folder = *state;
    struct box_key box, back;
    box_make(&box);
    assert_true(box_save(folder->file, &box));
    assert_true(box_load(folder->file, &back));
    assert_memory_equal(back.public_key, box.public_key, BOX_KEY_BYTES);
    assert_memory_equal(back.secret_key, box.secret_key, BOX_KEY_BYTES);
    box_wipe(&back);
}

#define IN_FOLDER(test)                                                        \
    cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_ed25519_vectors),
        cmocka_unit_test(test_verify_refuses),
        cmocka_unit_test(test_public_key_text),
        IN_FOLDER(test_file_keeps_the_key),
        IN_FOLDER(test_file_refused),
        cmocka_unit_test(test_box_opens_only_for_its_key),
        IN_FOLDER(test_box_file),
    };
    if (!ledger_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
