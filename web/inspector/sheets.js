// The element's sheets, made once for all of its kind.

import theme from "./css/theme.css";
import shell from "./css/shell.css";
import overview from "./css/overview.css";
import grid from "./css/grid.css";
import traces from "./css/traces.css";
import forms from "./css/forms.css";
import plots from "uplot/dist/uPlot.min.css";
import { sheet } from "./dom.js";

export const sheets = [theme, shell, plots, overview, grid, traces, forms].map(sheet);
