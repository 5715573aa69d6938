// SHA-256, piece by piece, and bytes in hexadecimal.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <new>
#include <string>
#include <string_view>

namespace attachments {

[[nodiscard]] inline std::string hexadecimal(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string made;
    for (const char one : bytes) {
        made += digits[static_cast<unsigned char>(one) >> 4U];
        made += digits[static_cast<unsigned char>(one) & 15U];
    }
    return made;
}

/// Of what was added until its end is asked for, once. Throws std::bad_alloc.
class sha256_sum {
public:
    sha256_sum() : of_(EVP_MD_CTX_new()) {
        if (of_ == nullptr || EVP_DigestInit_ex(of_.get(), EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
    }
    void add(std::string_view bytes) { EVP_DigestUpdate(of_.get(), bytes.data(), bytes.size()); }
    [[nodiscard]] std::string end() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
        unsigned count = 0;
        EVP_DigestFinal_ex(of_.get(), sum.data(), &count);
        return hexadecimal({reinterpret_cast<const char*>(sum.data()), count});
    }

private:
    struct free_digest {
        void operator()(EVP_MD_CTX* of) const { EVP_MD_CTX_free(of); }
    };
    std::unique_ptr<EVP_MD_CTX, free_digest> of_;
};

}  // namespace attachments
