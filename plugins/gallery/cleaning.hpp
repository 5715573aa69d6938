// Takes out of a file what a camera wrote into it, and leaves every pixel as it was.
#pragma once

#include <optional>
#include <vector>

#include "attachments/contract.hpp"
#include "exif.hpp"
#include "source.hpp"

namespace gallery {

struct cleaned {
    std::vector<attachments::file_edit> edits;  ///< in order; none: there is nothing to be taken out
    camera_facts facts;
};

/// By content: JPEG, PNG, WebP, GIF, TIFF and raw pictures like it, HEIC, AVIF, JPEG XL, MP4 and QuickTime; of all else
/// nothing is taken. What comes after the end of a picture goes, too. A cleaned one is left as it is.
[[nodiscard]] cleaned clean(const bytes&);

/// What it says, and nothing is to be changed.
[[nodiscard]] inline camera_facts read_facts(const bytes& from) { return clean(from).facts; }

}  // namespace gallery
