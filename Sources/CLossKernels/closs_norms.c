#include "closs_norms.h"

#define CLOSS_BODY "closs_norms_body.h"
#include "closs_every_variant.h"

void closs_layer_norm(closs_variant variant, const closs_norm *norm) {
  CLOSS_CHOOSE(variant, layer_norm)(norm);
}

void closs_rms_norm(closs_variant variant, const closs_norm *norm) {
  CLOSS_CHOOSE(variant, rms_norm)(norm);
}

void closs_layer_norm_backward(closs_variant variant, const closs_norm_gradient *gradient) {
  CLOSS_CHOOSE(variant, layer_norm_backward)(gradient);
}

void closs_rms_norm_backward(closs_variant variant, const closs_norm_gradient *gradient) {
  CLOSS_CHOOSE(variant, rms_norm_backward)(gradient);
}
