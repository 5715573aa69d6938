// The known word that somebody probably meant.
#include "config/nearest.hpp"

#include <gtest/gtest.h>

namespace parley::config {
namespace {

const std::vector<std::string> words = {"port", "public_url", "threads", "data_directory", "max_bytes"};

TEST(nearest, finds_slips) {
    EXPECT_EQ(nearest("prot", words), "port");
    EXPECT_EQ(nearest("thread", words), "threads");
    EXPECT_EQ(nearest("publicurl", words), "public_url");
    EXPECT_EQ(nearest("data_dir", words), std::nullopt) << "six letters away is another word";
    EXPECT_EQ(nearest("max_byte", words), "max_bytes");
    EXPECT_EQ(nearest("Port", words), "port");
}

TEST(nearest, says_nothing_when_nothing_is_near) {
    EXPECT_EQ(nearest("colour", words), std::nullopt);
    EXPECT_EQ(nearest("x", words), std::nullopt);
    EXPECT_EQ(nearest("", words), std::nullopt);
    EXPECT_EQ(nearest("port", {}), std::nullopt);
    EXPECT_EQ(nearest(std::string(1000000, 'p'), words), std::nullopt);
}

}  // namespace
}  // namespace parley::config
