// One function for each kind of file: what is to go, and the TIFF structure of what a camera said.
#pragma once

#include "edit_list.hpp"

namespace gallery {

void clean_jpeg(const bytes&, edit_list&, read_exif& found);
void clean_png(const bytes&, edit_list&, read_exif& found);
void clean_webp(const bytes&, edit_list&, read_exif& found);
void clean_gif(const bytes&, edit_list&);
/// HEIC, AVIF, JPEG XL, JPEG 2000, MP4, QuickTime.
void clean_boxes(const bytes&, edit_list&, read_exif& found);

}  // namespace gallery
