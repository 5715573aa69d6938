// What a camera writes into a picture: read for those who may see it, and where it stands in a TIFF.
#pragma once

#include <parley/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "source.hpp"

namespace gallery {

namespace sdk = parley::sdk;

struct place_on_earth {
    double latitude = 0;   ///< degrees, north is positive
    double longitude = 0;  ///< degrees, east is positive
};
BOOST_DESCRIBE_STRUCT(place_on_earth, (), (latitude, longitude))

/// Of a picture, as far as it says so. What it says is a stranger's word.
struct camera_facts {
    std::string make;
    std::string model;
    std::string lens;
    std::string software;
    std::string artist;
    std::string copyright;
    std::string description;
    std::string taken_at;  ///< "2026-01-31T12:00:00", by the camera's clock; empty: unknown
    std::optional<double> exposure_seconds;
    std::optional<double> f_number;
    std::optional<std::int64_t> iso;
    std::optional<double> focal_length_mm;
    std::optional<place_on_earth> place;
};
BOOST_DESCRIBE_STRUCT(camera_facts, (),
                      (make, model, lens, software, artist, copyright, description, taken_at, exposure_seconds,
                       f_number, iso, focal_length_mm, place))

/// Bytes that hold somebody's facts.
struct span_of_bytes {
    std::int64_t at = 0;
    std::int64_t bytes = 0;
};

struct read_exif {
    camera_facts facts;
    int orientation = 1;                ///< 1 to 8; 1: as it is
    std::vector<span_of_bytes> secret;  ///< what makes up the facts, in the bytes given; may overlap
};

/// Of a TIFF structure: "II*\0" or "MM\0*" and its directories. Whatever does not fit is left out.
[[nodiscard]] read_exif parse_exif(const bytes& tiff);

/// A structure that says the orientation and nothing else.
[[nodiscard]] std::string exif_of_orientation(int orientation);

/// "2026-01-31T12:00:00" of "2026:01:31 12:00:00" and of ISO 8601; empty when it is no moment.
[[nodiscard]] std::string moment_of(std::string_view text);

/// Valid UTF-8 of printing characters, at most so many bytes.
[[nodiscard]] std::string clean_words(std::string_view text, std::size_t most = 200);

}  // namespace gallery
