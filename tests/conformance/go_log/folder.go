package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// folder is a log as a static folder of tiles (C2SP tlog-tiles).
type folder string

// path names a tile as C2SP does: like Go, without the height and with another word for entries.
func (f folder) path(t tlog.Tile) string {
	p := strings.Replace(t.Path(), "tile/8/", "tile/", 1)
	return filepath.Join(string(f), strings.Replace(p, "tile/data/", "tile/entries/", 1))
}

func (f folder) Height() int { return 8 }

func (f folder) ReadTiles(tiles []tlog.Tile) (all [][]byte, err error) {
	for _, t := range tiles {
		content, err := os.ReadFile(f.path(t))
		if err != nil {
			return nil, err
		}
		all = append(all, content)
	}
	return all, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) entries(t tlog.Tile) (all [][]byte, err error) {
	content, err := os.ReadFile(f.path(t))
	for err == nil && len(content) > 0 {
		length := 2
		if len(content) >= length {
			length += int(binary.BigEndian.Uint16(content))
		}
		if len(content) < length {
			return nil, errors.New("the bundle breaks off")
		}
		all, content = append(all, content[2:length]), content[length:]
	}
	return all, err
}

func (f folder) tree(verifierKey string) (tree tlog.Tree, err error) {
	verifier, err := note.NewVerifier(verifierKey)
	if err != nil {
		return tree, err
	}
	signed, err := os.ReadFile(filepath.Join(string(f), "checkpoint"))
	if err != nil {
		return tree, err
	}
	n, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	var origin, root string
	if _, err := fmt.Sscanf(n.Text, "%s\n%d\n%s\n", &origin, &tree.N, &root); err != nil {
		return tree, err
	}
	hashed, err := base64.StdEncoding.DecodeString(root)
	tree.Hash = hash(hashed)
	return tree, err
}

// checkFolder sees that each entry is the one that the tiles hold, and that the tiles lead to the signed root.
func checkFolder(place, verifierKey string) error {
	f := folder(place)
	tree, err := f.tree(verifierKey)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, f)
	for first := int64(0); first < tree.N; first += 256 {
		width := int(min(256, tree.N-first))
		found, err := f.entries(tlog.Tile{H: 8, L: -1, N: first / 256, W: width})
		if err != nil || len(found) != width {
			return errors.Join(err, errors.New("a bundle of another width"))
		}
		places := make([]int64, width)
		for i := range places {
			places[i] = tlog.StoredHashIndex(0, first+int64(i))
		}
		hashes, err := reader.ReadHashes(places)
		if err != nil {
			return err
		}
		for i, entry := range found {
			if expected := tlog.RecordHash(entry); !bytes.Equal(expected[:], hashes[i][:]) {
				return fmt.Errorf("entry %d is not the one in the tree", first+int64(i))
			}
		}
	}
	return nil
}
