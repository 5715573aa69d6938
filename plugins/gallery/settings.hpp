// The settings as plugin.yaml names them.
#pragma once

#include <parley/json.hpp>

#include <vector>

namespace gallery {

namespace sdk = parley::sdk;

struct settings {
    std::vector<std::int64_t> sizes{150, 300, 800};
    std::int64_t max_pixels = 50'000'000;
    std::int64_t max_seconds = 30;
    bool documents = true;
    bool videos = true;
    bool keep_metadata = false;
};
BOOST_DESCRIBE_STRUCT(settings, (), (sizes, max_pixels, max_seconds, documents, videos, keep_metadata))

}  // namespace gallery
