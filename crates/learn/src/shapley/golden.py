#!/usr/bin/env python3
"""Writes golden.json: Shapley values by LightGBM and by the `shap` package for models translated into hesper's tensors.

    pip install numpy scikit-learn lightgbm shap
    python3 crates/learn/src/shapley/golden.py
"""

import json
import pathlib

import lightgbm
import numpy as np
import shap
import sklearn
from sklearn.ensemble import RandomForestClassifier

HERE = pathlib.Path(__file__).resolve().parent


def table(rows, seed, missing):
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, 6)).round(2)
    score = x[:, 0] + x[:, 1] * x[:, 2] + 0.5 * np.abs(x[:, 3]) + 0.3 * random.normal(size=rows)
    y = np.digitize(score, [-0.4, 0.8])
    if missing:
        x[random.random(x.shape) < 0.1] = np.nan
    return x.astype(np.float32).astype(float), y


def nodes_of(root, children, make):
    """Numbers the nodes of a tree so that children stand side by side after their parent."""
    order, places = [root], {id(root): 0}
    for node in order:
        for child in children(node):
            places[id(child)] = len(order)
            order.append(child)
    return [make(node, places[id(children(node)[0])] if children(node) else places[id(node)]) for node in order]


def collect(trees):
    """Puts trees, each a list of dictionaries, after one another."""
    tensors, roots = {}, []
    for tree in trees:
        root = len(tensors.get("child", []))
        roots.append(root)
        for node in tree:
            node["child"] += root
            for key, value in node.items():
                tensors.setdefault(key, []).append(value)
    return dict(tensors, root=roots)


def leaf_or_split(child, split):
    if split is None:
        return dict(threshold=None, child=child, feature=0, missing_left=1)
    feature, threshold, missing_left = split
    return dict(threshold=threshold, child=child, feature=feature, missing_left=int(missing_left))


def boosted(n_classes):
    x, y = table(400, n_classes, True)
    y = np.minimum(y, n_classes - 1)
    model = lightgbm.LGBMClassifier(n_estimators=6, num_leaves=12, min_child_samples=5, n_jobs=1, verbose=-1).fit(x, y)
    dump = model.booster_.dump_model()

    def make(node, child):
        if "leaf_index" in node or "split_index" not in node:
            return dict(leaf_or_split(child, None), value=node["leaf_value"], cover=node["leaf_count"])
        assert node["decision_type"] == "<=" and node["missing_type"] == "NaN", node
        split = node["split_feature"], node["threshold"], node["default_left"]
        return dict(leaf_or_split(child, split), value=0.0, cover=node["internal_count"])

    def children(node):
        return [node["left_child"], node["right_child"]] if "split_index" in node else []

    tensors = collect([nodes_of(tree["tree_structure"], children, make) for tree in dump["tree_info"]])
    rows = x[:25]
    margins = model.predict(rows, raw_score=True).reshape(len(rows), -1)
    values = model.predict(rows, pred_contrib=True).reshape(len(rows), -1, x.shape[1] + 1)
    tensors.update(present=list(range(n_classes)), start=[0.0] * values.shape[1], importances=[1 / x.shape[1]] * x.shape[1])
    return dict(tensors=tensors, x=clean(rows), outputs=margins.tolist(), values=values.tolist())


def forest():
    x, y = table(300, 9, False)
    model = RandomForestClassifier(n_estimators=5, random_state=1).fit(x, y)
    trees, shares = [], []

    def translate(tree):
        def children(node):
            at = node["at"]
            if "pair" not in node:
                sides = tree.children_left[at], tree.children_right[at]
                node["pair"] = [] if sides[0] < 0 else [dict(at=side) for side in sides]
            return node["pair"]

        def make(node, child):
            at = node["at"]
            cover = float(tree.weighted_n_node_samples[at])
            if not children(node):
                shares.extend(tree.value[at][0] / tree.value[at][0].sum())
                return dict(leaf_or_split(child, None), leaf=3 + len(shares) // 3 - 1, cover=cover)
            return dict(leaf_or_split(child, (int(tree.feature[at]), float(tree.threshold[at]), True)), leaf=0, cover=cover)

        return nodes_of(dict(at=0), children, make)

    for member in model.estimators_:
        trees.append(translate(member.tree_))
    tensors = collect(trees)
    tensors.update(shares=[float(share) for share in shares], importances=[1 / x.shape[1]] * x.shape[1])
    rows = x[:25]
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    values = explainer.shap_values(rows)
    assert values.shape == (25, 6, 3)
    return dict(tensors=tensors, x=clean(rows), outputs=model.predict_proba(rows).tolist(),
                values=values.tolist(), base=[float(base) for base in explainer.expected_value])


def clean(rows):
    return [[None if np.isnan(value) else float(value) for value in row] for row in rows]


def main():
    golden = dict(lightgbm=lightgbm.__version__, shap=shap.__version__, sklearn=sklearn.__version__,
                  binary=boosted(2), multiclass=boosted(3), forest=forest())
    (HERE / "golden.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
