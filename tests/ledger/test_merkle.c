// The Merkle tree hash, against the vectors that the reference implementation
// of Certificate Transparency publishes for RFC 6962 (its file
// merkle_tree_test.cc): eight leaves, and the root over the first n of them.
#include "common/ids.h"
#include "ledger/merkle.h"
#include "support/check.h"

static const struct {
    const char *leaf; // as hex
    const char *root; // over this leaf and those before
} VECTORS[] = {
    {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
    {"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
    {"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
    {"2021",
     "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
    {"3031",
     "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
    {"40414243",
     "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
    {"5051525354555657",
     "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
    {"606162636465666768696a6b6c6d6e6f",
     "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
};
enum { VECTOR_COUNT = sizeof VECTORS / sizeof VECTORS[0] };

static void expect_root(const struct merkle *merkle, const char *expected)
{
    unsigned char root[DIGEST_BYTES];
    char hex[DIGEST_HEX_SIZE];
    merkle_root(merkle, root);
    hex_encode(root, sizeof root, hex);
    assert_string_equal(hex, expected);
}

static void test_published_vectors(void **state)
{
    (void)state;
    struct merkle merkle;
    merkle_start(&merkle);
    for (size_t i = 0; i < VECTOR_COUNT; i++) {
        unsigned char leaf[16];
        size_t size = strlen(VECTORS[i].leaf) / 2;
        assert_true(hex_decode(VECTORS[i].leaf, 2 * size, leaf, size));
        merkle_add(&merkle, leaf, size);
        assert_int_equal(merkle.count, i + 1);
        expect_root(&merkle, VECTORS[i].root);
    }
}

// SHA-256 of nothing, FIPS 180-4.
static void test_no_leaf(void **state)
{
    (void)state;
    struct merkle merkle;
    merkle_start(&merkle);
    expect_root(
        &merkle,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// A node's two hashes as one leaf are not the node: the prefixes differ.
static void test_a_leaf_is_no_node(void **state)
{
    (void)state;
    struct merkle two, one, fake;
    unsigned char left[DIGEST_BYTES], right[DIGEST_BYTES], root[DIGEST_BYTES];
    unsigned char both[2 * DIGEST_BYTES], other[DIGEST_BYTES];
    merkle_start(&one);
    merkle_add(&one, "a", 1);
    merkle_root(&one, left);
    merkle_start(&one);
    merkle_add(&one, "b", 1);
    merkle_root(&one, right);
    merkle_start(&two);
    merkle_add(&two, "a", 1);
    merkle_add(&two, "b", 1);
    merkle_root(&two, root);
    memcpy(both, left, sizeof left);
    memcpy(both + sizeof left, right, sizeof right);
    merkle_start(&fake);
    merkle_add(&fake, both, sizeof both);
    merkle_root(&fake, other);
    assert_memory_not_equal(root, other, sizeof root);
}

static int start(void **state)
{
    (void)state;
    return ledger_init() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_vectors),
        cmocka_unit_test(test_no_leaf),
        cmocka_unit_test(test_a_leaf_is_no_node),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
