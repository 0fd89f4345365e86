/* What the libraries show to those who link them; everything else stays inside. */
#ifndef SPIKELOOM_EXPORT_H
#define SPIKELOOM_EXPORT_H

#if defined(__GNUC__)
#define SPIKELOOM_API __attribute__((visibility("default")))
#else
#define SPIKELOOM_API
#endif

#endif
