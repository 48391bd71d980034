#!/bin/sh
# Makes the golden files beside it with KenLM: kenlm.sh FOLDER, which holds lmplz and query.
set -e
cd "$(dirname "$0")"
for order in 2 3 5; do
  "$1/lmplz" -o $order -S 100M --discount_fallback --text harbor20.txt --arpa harbor20.o$order.arpa
  "$1/query" harbor20.o$order.arpa < harbor8.txt > harbor8.o$order.query
done
"$1/lmplz" -o 2 -S 100M --discount_fallback --interpolate_unigrams 0 \
  --text harbor20.txt --arpa harbor20.o2.nointerp.arpa
